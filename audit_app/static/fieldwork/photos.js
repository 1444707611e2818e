// Files for a question: photos are made smaller on the device (which also takes the place they were taken at out of them),
// then sent one by one. What could not be sent stays in the page with a button to try again.

const LONGEST_SIDE = 2200;

async function smaller(file) {
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    if (scale === 1 && file.type === "image/png") return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return blob ? new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch { return file; } // a kind this browser cannot read is sent as it is
}

export class Photos {
  constructor(door, words, repaint) { Object.assign(this, { door, words, repaint, sending: new Map() }); }

  of(item) { return this.sending.get(item.id) ?? []; }

  add(item, files) {
    const list = this.sending.get(item.id) ?? [];
    for (const file of files) {
      const job = { name: file.name, file, failed: "" };
      list.push(job);
      this.send(item, job);
    }
    this.sending.set(item.id, list);
    this.repaint(item);
  }

  get open() { return [...this.sending.values()].flat().length; }

  async send(item, job) {
    job.failed = "";
    this.repaint(item);
    try {
      job.small ??= await smaller(job.file);
      const form = new FormData();
      form.append("files", job.small, job.small.name);
      const { status, body } = await this.door.post(item.upload, { body: form, headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(180_000) });
      if (status !== 200 || !body.files) { job.failed = body.message || `${status}`; return; }
      item.files.push(...body.files.map((file) => ({ id: file.id, name: file.filename, url: file.url, image: file.image })));
      this.sending.set(item.id, this.of(item).filter((other) => other !== job));
    } catch { job.failed = this.words.noConnection; } finally { this.repaint(item); }
  }
}
