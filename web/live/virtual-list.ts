/**
 * The list of rows: only those that can be seen are in the document, and their elements are used again. No framework: with
 * thousands of rows a second, a few cells change in each frame and nothing else.
 *
 * Rows have numbers that stay while others are taken away at the beginning: `base` plus their place.
 */
import { FoundMarks } from "./found-marks.js";
import type { Row } from "./row.js";
import { headRow, RowElement } from "./row-element.js";

const OVERSCAN = 8;

export interface ListListeners {
  /** A row was clicked, or Enter pressed on it: `byKey` says which. */
  open(row: Row, byKey: boolean): void;
  /** The row that keys act on is another one now. */
  active(row: Row): void;
  /** True while the newest row is kept in sight. */
  sticks(sticks: boolean): void;
}

export class VirtualList {
  readonly #scroller: HTMLElement;
  readonly #body = document.createElement("div");
  readonly #listeners: ListListeners;
  readonly #resized: ResizeObserver;
  #rows: readonly Row[] = [];
  #base = 0;
  #elements: RowElement[] = [];
  #active = -1;
  #sticks = true;
  #frame = 0;
  #rowHeight = 24;
  readonly #marks = new FoundMarks();

  /** `scroller` is the grid, empty so far. */
  constructor(scroller: HTMLElement, listeners: ListListeners) {
    this.#scroller = scroller;
    this.#listeners = listeners;
    this.#body.className = "rows";
    this.#body.setAttribute("role", "rowgroup");
    scroller.append(headRow(), this.#body);
    scroller.addEventListener("scroll", this.#scrolled, { passive: true });
    scroller.addEventListener("wheel", this.#wheeled, { passive: true });
    scroller.addEventListener("keydown", this.#keyed);
    this.#body.addEventListener("click", this.#clicked);
    this.#resized = new ResizeObserver(() => this.#measure());
    this.#resized.observe(scroller);
  }

  destroy(): void {
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#marks.set([]);
    this.#scroller.removeEventListener("scroll", this.#scrolled);
    this.#scroller.removeEventListener("wheel", this.#wheeled);
    this.#scroller.removeEventListener("keydown", this.#keyed);
    this.#scroller.replaceChildren();
  }

  /** Marks where this text stands in the rows; undefined for nowhere. */
  mark(text: string | undefined): void {
    this.#marks.look(text);
    this.#draw();
  }

  /** `removed` rows are gone at the beginning; others may have come at the end. */
  update(rows: readonly Row[], removed: number): void {
    this.#rows = rows;
    this.#base += removed;
    if (!this.#sticks && removed > 0) this.#scroller.scrollTop -= removed * this.#rowHeight;
    this.#draw();
  }

  /** Other rows altogether. */
  replace(rows: readonly Row[]): void {
    this.#base += this.#rows.length + 1;
    this.#rows = rows;
    this.#active = -1;
    this.#setSticks(true);
    this.#draw();
  }

  toEnd(): void {
    this.#active = -1;
    this.#setSticks(true);
    this.#draw();
  }

  /** Moves to the row so many further, from the active one or the last that can be seen. */
  move(by: number): void {
    if (this.#rows.length === 0) return;
    const from = this.#active === -1 ? this.#lastSeen() + (by > 0 ? 0 : 1) : this.#active - this.#base;
    this.#activate(from + by);
  }

  /** True while the newest row is kept in sight. */
  get sticks(): boolean {
    return this.#sticks;
  }

  /** True when there are rows below those that can be seen. */
  get isScrolledUp(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    return scrollHeight - clientHeight - scrollTop > this.#rowHeight / 2;
  }

  get active(): Row | undefined {
    return this.#active === -1 ? undefined : this.#rows[this.#active - this.#base];
  }

  #activate(index: number): void {
    const place = Math.min(Math.max(index, 0), this.#rows.length - 1);
    this.#active = this.#base + place;
    const top = place * this.#rowHeight;
    const head = this.#body.offsetTop;
    const { scrollTop, clientHeight } = this.#scroller;
    if (top < scrollTop) this.#scroller.scrollTop = top;
    else if (top + this.#rowHeight + head > scrollTop + clientHeight) {
      this.#scroller.scrollTop = top + this.#rowHeight + head - clientHeight;
    }
    // Whoever looks at a row wants it to stay where it is.
    this.#setSticks(place === this.#rows.length - 1 && this.#sticks);
    this.#draw();
    this.#listeners.active(this.#rows[place]!);
  }

  #lastSeen(): number {
    const { scrollTop, clientHeight } = this.#scroller;
    const seen = Math.floor((scrollTop + clientHeight - this.#body.offsetTop) / this.#rowHeight);
    return Math.min(seen, this.#rows.length) - 1;
  }

  readonly #scrolled = (): void => {
    this.#setSticks(!this.isScrolledUp);
    this.#draw();
  };

  readonly #wheeled = (event: WheelEvent): void => {
    if (event.deltaY < 0 && this.#scroller.scrollTop > 0) this.#setSticks(false);
  };

  readonly #clicked = (event: MouseEvent): void => {
    const element = (event.target as Element).closest<HTMLElement>(".row");
    const found = this.#elements.find((candidate) => candidate.root === element);
    if (found === undefined || String(getSelection()) !== "") return;
    this.#activate(found.number - this.#base);
    const row = this.active;
    if (row !== undefined) this.#listeners.open(row, false);
  };

  readonly #keyed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / this.#rowHeight) - 2);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.#rows.length,
      End: this.#rows.length,
    };
    const step = steps[event.key];
    if (step !== undefined) this.move(step);
    else if (event.key === "Enter" && this.active !== undefined) this.#listeners.open(this.active, true);
    else return;
    event.preventDefault();
  };

  #setSticks(sticks: boolean): void {
    if (sticks === this.#sticks) return;
    this.#sticks = sticks;
    this.#listeners.sticks(sticks);
  }

  #measure(): void {
    const height = Number.parseFloat(getComputedStyle(this.#scroller).getPropertyValue("--row-height"));
    if (height > 0) this.#rowHeight = height;
    for (const element of this.#elements) element.forget();
    this.#draw();
  }

  #draw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow(): void {
    this.#frame = 0;
    const rows = this.#rows;
    const height = this.#rowHeight;
    const scroller = this.#scroller;
    this.#body.style.height = `${rows.length * height}px`;
    if (this.#sticks) scroller.scrollTop = scroller.scrollHeight;
    const wanted = Math.ceil(scroller.clientHeight / height) + 2 * OVERSCAN;
    while (this.#elements.length < wanted) {
      const element = new RowElement(this.#elements.length);
      this.#elements.push(element);
      this.#body.append(element.root);
    }
    while (this.#elements.length > wanted) this.#elements.pop()!.root.remove();
    const first = Math.max(
      0,
      Math.min(Math.floor(scroller.scrollTop / height) - OVERSCAN, rows.length - wanted),
    );
    for (let index = first; index < first + wanted; index++) {
      const number = this.#base + index;
      const element = this.#elements[number % wanted]!;
      element.show(rows[index], number, index, height, number === this.#active);
    }
    this.#marks.set(this.#elements.flatMap(({ searched }) => searched));
    scroller.setAttribute("aria-rowcount", String(rows.length + 1));
    const active = this.active && this.#elements[this.#active % wanted];
    if (active && active.number === this.#active) {
      scroller.setAttribute("aria-activedescendant", active.root.id);
    } else scroller.removeAttribute("aria-activedescendant");
  }
}
