/** Numbers, sizes and times as people read them. */
const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export function count(value: number): string {
  return Math.abs(value) < 100_000 ? whole.format(Math.round(value)) : short.format(value);
}

/** In full, whatever the size. */
export function exactly(value: number): string {
  return whole.format(value);
}

/** `1 record`, `2 records`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), units.length - 1);
  const scaled = value / 1024 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`;
}

/** Per second. */
export function rate(value: number): string {
  return value > 0 && value < 10 ? value.toFixed(1) : count(value);
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  if (minutes < 100) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");

/** In the time zone of the browser: `14:03:07.215`. */
export function clockMs(ms: number): string {
  return Number.isFinite(ms) ? `${clock(ms)}.${pad(new Date(ms).getMilliseconds(), 3)}` : "––:––:––.–––";
}

/** `14:03:07`. */
export function clock(ms: number): string {
  const time = new Date(ms);
  return `${pad(time.getHours(), 2)}:${pad(time.getMinutes(), 2)}:${pad(time.getSeconds(), 2)}`;
}

/** Sentences of the shipper begin as its terminal shows them. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With the day where it is not today. */
export function moment(at: number | string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return String(at);
  const sameDay = time.toDateString() === new Date().toDateString();
  return sameDay
    ? clock(time.getTime())
    : `${time.getFullYear()}-${pad(time.getMonth() + 1, 2)}-${pad(time.getDate(), 2)} ${clock(time.getTime())}`;
}
