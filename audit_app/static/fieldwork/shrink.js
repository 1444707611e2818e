// A photo is made smaller on the device; drawing it anew also takes the place it was taken at, and everything else that
// a camera writes into a file, out of it. Large pictures are halved first: an iPad's canvas holds 16.7 million pixels.

const LONGEST_SIDE = 2200;
const MOST_PIXELS = 16_700_000;
const PICTURE = /^image\/(jpeg|png|webp|heic|heif)$/;

function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) });
  return canvas;
}

async function decode(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const pixels = picture.width * picture.height;
  if (pixels <= MOST_PIXELS) return picture;
  const scale = Math.sqrt(MOST_PIXELS / pixels) * 0.99;
  const width = Math.floor(picture.width * scale);
  picture.close();
  return createImageBitmap(file, { imageOrientation: "from-image", resizeWidth: width, resizeQuality: "high" });
}

/** {bytes, name, type} of what is kept and sent. A file that is no picture, or that cannot be drawn, goes as it is. */
export async function shrink(file) {
  const plain = async () => ({ bytes: await file.arrayBuffer(), name: file.name || "file", type: file.type || "application/octet-stream" });
  if (!PICTURE.test(file.type)) return plain();
  let picture;
  try { picture = await decode(file); } catch { return plain(); } // the server says whether it takes such a file
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = canvasOf(picture.width * scale, picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const png = file.type === "image/png";
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, png ? "image/png" : "image/jpeg", 0.85); });
  canvas.width = canvas.height = 0; // gives the memory back at once on iPads
  if (!blob) return plain();
  const stem = (file.name || "photo").replace(/\.[^.]*$/, "");
  return { bytes: await blob.arrayBuffer(), name: `${stem}.${png ? "png" : "jpg"}`, type: blob.type };
}
