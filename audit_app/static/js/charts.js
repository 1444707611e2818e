// Draws every [data-chart] from the ECharts option in its <script type="application/json">. SVG renderer and rich-text
// tooltips only, because both work under a strict content security policy. Colours such as "tone:danger" are read from
// the style sheet, so that a chart follows light and dark.
let library;

function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/echarts-common-6.1.0.min.js", import.meta.url).href;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

function painter() {
  const css = getComputedStyle(document.documentElement);
  const token = (name) => css.getPropertyValue(name).trim();
  const colour = (name) => token(`--tone-${name}-fg`) || token(`--${name}`);
  const paint = (value) => {
    if (typeof value === "string" && value.startsWith("tone:")) return colour(value.slice(5));
    if (Array.isArray(value)) return value.map(paint);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, paint(inner)]));
    return value;
  };
  return { token, paint };
}

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function dressed(option) {
  const { token, paint } = painter();
  const axis = (given) => ({
    ...given,
    axisLine: { ...given.axisLine, lineStyle: { color: token("--line") } },
    axisLabel: { ...given.axisLabel, color: token("--muted") },
    splitLine: { ...given.splitLine, lineStyle: { color: token("--line-soft") } },
    nameTextStyle: { ...given.nameTextStyle, color: token("--muted") },
  });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, color: token("--ink") };
  const painted = paint(option);
  const dress = {
    ...painted,
    animation: !calm && painted.animation !== false,
    color: painted.color ?? ["accent", "teal", "warning", "purple", "danger", "secondary"].map((tone) => painter().paint(`tone:${tone}`)),
    textStyle: { ...painted.textStyle, ...font },
    grid: painted.grid ?? { left: 12, right: 24, top: 36, bottom: 28, containLabel: true },
    tooltip: { trigger: "axis", confine: true, backgroundColor: token("--surface"), borderColor: token("--line"), textStyle: font, ...painted.tooltip, renderMode: "richText" },
  };
  for (const name of ["xAxis", "yAxis"]) if (painted[name]) dress[name] = list(painted[name]).map(axis);
  const mark = { label: { position: "insideEndTop", color: token("--ink"), textBorderWidth: 0 } };
  dress.series = list(painted.series).map((one) => ({
    ...(one.type === "line" ? { symbol: "circle", symbolSize: 7 } : {}),
    ...one,
    ...(one.markLine ? { markLine: { ...one.markLine, label: { ...mark.label, ...one.markLine.label } } } : {}),
  }));
  if (painted.legend) dress.legend = list(painted.legend).map((legend) => ({ ...legend, textStyle: { ...legend.textStyle, color: token("--ink") } }));
  return dress;
}

function drawOne(echarts, node) {
  const option = JSON.parse(node.querySelector("script").textContent);
  const canvas = document.createElement("div");
  canvas.className = "chart-drawing";
  node.append(canvas);
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  chart.setOption(dressed(option));
  // Where each point has a list behind it, the point opens it; the table of numbers holds the same links for the keyboard.
  // A point of one of several stacked series opens the rows of its series.
  if (option.links) chart.on("click", (point) => {
    const of = option.links[point.dataIndex];
    const to = Array.isArray(of) ? of[Math.min(point.seriesIndex, of.length - 1)] : of;
    if (to) location.href = to;
  });
  new ResizeObserver(() => chart.resize()).observe(node);
  document.addEventListener("themechange", () => chart.setOption(dressed(option), true));
}

export async function draw() {
  const waiting = [...document.querySelectorAll("[data-chart]:not([data-drawn])")];
  for (const node of waiting) node.dataset.drawn = "yes";
  const echarts = await load();
  for (const node of waiting) drawOne(echarts, node);
}
