// The pad a signature is drawn on. What counts are the strokes, points in the measure of the pad when the first one was
// drawn; the picture is drawn from them again whenever the pad changes its size, so turning the tablet loses nothing.

const MOST_POINTS = 2000;
const MOST_STROKES = 500;
const round = (value) => Math.round(value * 10) / 10;

export class Pad {
  constructor(canvas, changed) {
    Object.assign(this, { canvas, changed, strokes: [], size: null, pen: null });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, (event) => this.up(event));
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(canvas);
  }

  get empty() { return !this.strokes.length; }

  get scale() {
    const { clientWidth, clientHeight } = this.canvas;
    return this.size ? Math.min(clientWidth / this.size.width, clientHeight / this.size.height) : 1;
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [round((event.clientX - box.left) / this.scale), round((event.clientY - box.top) / this.scale)];
  }

  down(event) {
    if (this.pen !== null || !event.isPrimary || event.button > 0 || this.strokes.length >= MOST_STROKES) return;
    event.preventDefault();
    this.size ??= { width: Math.round(this.canvas.clientWidth), height: Math.round(this.canvas.clientHeight) };
    this.pen = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.strokes.push([this.point(event)]);
    this.draw();
    this.changed();
  }

  move(event) {
    if (event.pointerId !== this.pen) return;
    event.preventDefault();
    const finer = event.getCoalescedEvents?.() ?? [];
    for (const each of finer.length ? finer : [event]) {
      const stroke = this.strokes.at(-1), point = this.point(each);
      if (String(point) === String(stroke.at(-1))) continue;
      if (stroke.length < MOST_POINTS) stroke.push(point);
      else if (this.strokes.length < MOST_STROKES) this.strokes.push([stroke.at(-1), point]);
    }
    this.draw();
  }

  up(event) { if (event.pointerId === this.pen) this.pen = null; }

  undo() { this.strokes.pop(); this.after(); }

  clear() { this.strokes = []; this.after(); }

  after() {
    this.pen = null;
    if (this.empty) this.size = null;
    this.draw();
    this.changed();
  }

  draw() {
    const { canvas } = this, dots = Math.min(window.devicePixelRatio || 1, 3);
    const width = Math.round(canvas.clientWidth * dots), height = Math.round(canvas.clientHeight * dots);
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const brush = canvas.getContext("2d"), scale = this.scale * dots;
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.clearRect(0, 0, width, height);
    brush.setTransform(scale, 0, 0, scale, 0, 0);
    brush.lineWidth = 2.4;
    brush.lineCap = brush.lineJoin = "round";
    brush.strokeStyle = getComputedStyle(canvas).color;
    for (const stroke of this.strokes) {
      brush.beginPath();
      brush.moveTo(...stroke[0]);
      for (const point of stroke.slice(1)) brush.lineTo(...point);
      if (stroke.length === 1) brush.lineTo(stroke[0][0] + 0.1, stroke[0][1]);
      brush.stroke();
    }
  }
}
