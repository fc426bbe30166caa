/** Paints stacked bars. The upper levels stand at the bottom, where few of them are seen beside thousands of others. */
import { levelName } from "../system/levels.js";
import { colourOf, onThemeChange } from "../system/theme.js";

/** From the bottom up, by index of the level; the last is any other type. */
const ORDER = [5, 4, 3, 2, 6, 1, 0] as const;
const WARN = 3;
const FATAL = 5;
/** So that one error among thousands is seen. */
const LEAST_PX = 2;

let colours: string[] | undefined;
onThemeChange(() => {
  colours = undefined;
});

export function paintHistogram(canvas: HTMLCanvasElement, sums: readonly Uint32Array[]): void {
  const { clientWidth, clientHeight } = canvas;
  const scale = devicePixelRatio;
  const width = Math.round(clientWidth * scale);
  const height = Math.round(clientHeight * scale);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null || width === 0 || sums.length === 0) return;
  colours ??= ORDER.map((_, level) => colourOf(`--bar-${levelName(level)}`));
  context.clearRect(0, 0, width, height);
  const most = Math.max(1, ...sums.map((sum) => sum.reduce((all, records) => all + records, 0)));
  const gap = width / sums.length > 4 * scale ? scale : 0;
  for (const [index, sum] of sums.entries()) {
    const left = Math.round((index * width) / sums.length);
    const right = Math.round(((index + 1) * width) / sums.length) - gap;
    let bottom = height;
    for (const level of ORDER) {
      const records = sum[level]!;
      if (records === 0) continue;
      const tall = Math.max(
        level >= WARN && level <= FATAL ? LEAST_PX * scale : 0,
        (records / most) * height,
      );
      context.fillStyle = colours[level]!;
      context.fillRect(left, bottom - tall, right - left, tall);
      bottom -= tall;
    }
  }
}
