import { levelName } from "../system/levels.js";
import { visibleLine } from "../system/visible.js";
import { cellsOf, type Row } from "./row.js";

const CELLS = ["time", "level", "service", "data", "rest"] as const;
const HEADS = ["Time", "Level", "Service", "Data", "Metadata"] as const;

/** The names of the columns. */
export function headRow(): HTMLElement {
  const head = document.createElement("div");
  head.className = "row head";
  head.setAttribute("role", "row");
  head.setAttribute("aria-rowindex", "1");
  for (const [index, name] of HEADS.entries()) {
    const cell = document.createElement("span");
    cell.className = `cell ${CELLS[index]}`;
    cell.setAttribute("role", "columnheader");
    cell.textContent = name;
    head.append(cell);
  }
  return head;
}

/** One element of the document that shows one row, then another. */
export class RowElement {
  readonly root = document.createElement("div");
  number = -1;
  readonly #cells: Readonly<Record<(typeof CELLS)[number], HTMLElement>>;
  #row: Row | undefined;
  #index = -1;
  #isActive = false;

  constructor(id: number) {
    this.root.id = `row-${id}`;
    this.root.setAttribute("role", "row");
    this.root.hidden = true;
    const cells = CELLS.map((name) => {
      const cell = document.createElement("span");
      cell.className = `cell ${name}`;
      cell.setAttribute("role", "gridcell");
      this.root.append(cell);
      return [name, cell] as const;
    });
    this.#cells = Object.fromEntries(cells) as Record<(typeof CELLS)[number], HTMLElement>;
  }

  /** Those in which a text that is searched for may stand. */
  get searched(): readonly HTMLElement[] {
    return this.root.hidden ? [] : [this.#cells.data, this.#cells.rest];
  }

  /** Shows its row anew the next time. */
  forget(): void {
    this.#index = -1;
  }

  show(row: Row | undefined, number: number, index: number, height: number, isActive: boolean): void {
    this.number = number;
    if (this.#index !== index) {
      this.#index = index;
      this.root.style.transform = `translateY(${index * height}px)`;
      this.root.setAttribute("aria-rowindex", String(index + 2));
    }
    if (this.#row === row && this.#isActive === isActive) return;
    if (this.#row !== row) this.#fill(row);
    this.#row = row;
    this.#isActive = isActive;
    this.root.classList.toggle("active", isActive);
    this.root.setAttribute("aria-selected", String(isActive));
  }

  #fill(row: Row | undefined): void {
    this.root.hidden = row === undefined;
    const cells = this.#cells;
    if (row?.kind !== "record") for (const name of CELLS) cells[name].textContent = "";
    if (row === undefined) return;
    if (row.kind === "note") {
      this.root.className = "row note";
      cells.data.textContent = visibleLine(row.text);
      return;
    }
    const { time, level, type, service, data, rest } = cellsOf(row);
    this.root.className = `row level-${levelName(level)}`;
    cells.time.textContent = time;
    cells.level.textContent = type;
    cells.service.textContent = service;
    cells.data.textContent = data;
    cells.rest.textContent = rest;
  }
}
