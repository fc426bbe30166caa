/** A JSON value to look into. What is not opened is not in the document, and long lists and texts come in pieces. */
import { useState } from "preact/hooks";
import { ExactNumber } from "../system/exact-json.js";
import { counted, exactly } from "../system/figures.js";
import { cut, visibleText } from "../system/visible.js";

const CHILDREN_STEP = 100;
const CHARS_STEP = 2000;
const CHARS_STEP_MAX = 65_536;
/** Smaller ones are open from the beginning. */
const OPEN_CHILDREN_MAX = 20;
const OPEN_DEPTH_MAX = 2;

/** Called with the path of a plain value, for a filter: `metadata.user_id`, and its text. */
type OnWhere = (path: string, value: string) => void;

interface NodeProps {
  readonly name: string | undefined;
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
  readonly onWhere: OnWhere | undefined;
}

export function JsonTree(props: { value: unknown; path: string; onWhere?: OnWhere | undefined }) {
  return (
    <ul class="tree">
      <Node name={undefined} value={props.value} path={props.path} depth={0} onWhere={props.onWhere} />
    </ul>
  );
}

function Node({ name, value, path, depth, onWhere }: NodeProps) {
  const children = childrenOf(value);
  const [open, setOpen] = useState(depth < OPEN_DEPTH_MAX && (children?.length ?? 0) <= OPEN_CHILDREN_MAX);
  const [shown, setShown] = useState(CHILDREN_STEP);
  if (children === undefined) {
    return (
      <li>
        <Name name={name} />
        <Leaf value={value} />
        <WhereButton path={path} value={value} onWhere={onWhere} />
      </li>
    );
  }
  const isList = Array.isArray(value);
  if (children.length === 0) {
    return (
      <li>
        <Name name={name} />
        <span class="dim">{isList ? "[]" : "{}"}</span>
      </li>
    );
  }
  const nodes = children
    .slice(0, shown)
    .map(([key, child]) => (
      <Node
        key={key}
        name={key}
        value={child}
        path={path === "" ? key : `${path}.${key}`}
        depth={depth + 1}
        onWhere={/^[\w-]+$/.test(key) && !isList ? onWhere : undefined}
      />
    ));
  const more = children.length > shown && (
    <li>
      <button type="button" class="quiet" onClick={() => setShown(shown + CHILDREN_STEP)}>
        {counted(children.length - shown, "more")}
      </button>
    </li>
  );
  if (name === undefined) {
    return (
      <>
        {nodes}
        {more}
      </>
    );
  }
  return (
    <li>
      <button type="button" class="twig" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Name name={name} />
        <span class="dim">{isList ? `[${exactly(children.length)}]` : `{${exactly(children.length)}}`}</span>
      </button>
      {open && (
        <ul>
          {nodes}
          {more}
        </ul>
      )}
    </li>
  );
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : (
    <>
      <span class="key">{visibleText(cut(name, 200))}</span>
      <span class="dim">: </span>
    </>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [chars, setChars] = useState(CHARS_STEP);
  if (typeof value === "string") {
    return (
      <>
        <span class="text">{visibleText(cut(value, chars))}</span>
        {value.length > chars && (
          <button
            type="button"
            class="quiet"
            onClick={() => setChars(chars >= CHARS_STEP_MAX ? value.length : CHARS_STEP_MAX)}
          >
            … {chars >= CHARS_STEP_MAX ? "all" : "more"} of {exactly(value.length)} characters
          </button>
        )}
      </>
    );
  }
  const text = value instanceof ExactNumber ? value.text : String(value);
  return <span class={value === null ? "dim" : "scalar"}>{text}</span>;
}

function WhereButton({
  path,
  value,
  onWhere,
}: {
  path: string;
  value: unknown;
  onWhere: OnWhere | undefined;
}) {
  const text = value instanceof ExactNumber ? value.text : String(value);
  if (onWhere === undefined || text === "" || text.length > 200) return null;
  return (
    <button
      type="button"
      class="where-button"
      title="Show only records with this value"
      aria-label={`Show only records with ${path} = ${text}`}
      onClick={() => onWhere(path, text)}
    >
      +
    </button>
  );
}

/** Undefined for a plain value. */
function childrenOf(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return undefined;
  return Object.entries(value);
}
