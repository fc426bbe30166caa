/** The filters of `dragonlog tail`, as fields. What is typed is in the address a moment later, and applied by the shipper. */
import type { RefObject, TargetedInputEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Refused, sentencesOf } from "../system/api.js";
import { LEVEL_NAMES } from "../system/levels.js";
import { EVERYTHING, type LiveRoute } from "../system/route.js";
import { visibleLine } from "../system/visible.js";

const TYPED_MS = 450;
const ERROR_ID = "filter-error";

interface FiltersProps {
  readonly route: LiveRoute;
  readonly services: readonly string[];
  readonly refused: Refused | undefined;
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly onChange: (route: LiveRoute) => void;
}

export function Filters({ route, services, refused, searchField, onChange }: FiltersProps) {
  const [where, setWhere] = useState("");
  const [unfolded, setUnfolded] = useState(false);
  const set = (change: Partial<LiveRoute>): void => onChange({ ...route, ...change });
  const wheres = route.where ?? [];
  const active = [route.service, route.type, route.requestId, ...wheres].filter(Boolean).length;
  const guilty = refused && fieldOf(refused, route);
  const addWhere = (): void => {
    const added = where.trim();
    if (added !== "" && !wheres.includes(added)) set({ where: [...wheres, added] });
    setWhere("");
  };
  return (
    <search class={unfolded ? "filters unfolded" : "filters"}>
      <TextFilter
        name="grep"
        label="Search"
        placeholder="Text or /regex/"
        field={searchField}
        value={route.grep}
        refused={guilty === "grep" ? refused : undefined}
        isWhole={(text) => !/^\/([^/\\]|\\.)*$/.test(text)}
        onChange={(grep) => set({ grep })}
      />
      <button
        type="button"
        class="unfold"
        aria-expanded={unfolded}
        onClick={() => setUnfolded(!unfolded)}
        aria-label={active === 0 ? "Filters" : `Filters, ${active} set`}
      >
        Filters{active > 0 && ` · ${active}`}
      </button>
      <label class="filter level-filter">
        <span>Level</span>
        <select
          value={route.type ?? ""}
          onChange={(event) => set({ type: event.currentTarget.value || undefined })}
        >
          <option value="">All</option>
          {LEVEL_NAMES.map((name) => (
            <option key={name} value={name}>
              {name === "FATAL" ? name : `${name} and above`}
            </option>
          ))}
          {route.type !== undefined && !LEVEL_NAMES.includes(route.type) && (
            <option value={route.type}>{visibleLine(route.type)}</option>
          )}
        </select>
      </label>
      <TextFilter
        name="service"
        label="Service"
        placeholder="Any"
        list={services}
        value={route.service}
        refused={guilty === "service" ? refused : undefined}
        onChange={(service) => set({ service })}
      />
      <TextFilter
        name="request_id"
        label="Request"
        placeholder="request_id"
        value={route.requestId}
        refused={guilty === "request_id" ? refused : undefined}
        onChange={(requestId) => set({ requestId })}
      />
      <form
        class="filter where-filter"
        onSubmit={(event) => {
          event.preventDefault();
          addWhere();
        }}
      >
        <label>
          <span>Where</span>
          <input
            name="where"
            value={where}
            placeholder="metadata.user_id=42 ⏎"
            autocomplete="off"
            spellcheck={false}
            aria-invalid={guilty === "where"}
            aria-describedby={guilty === "where" ? ERROR_ID : undefined}
            onInput={(event) => setWhere(event.currentTarget.value)}
            onBlur={addWhere}
          />
        </label>
      </form>
      {active + (route.grep ? 1 : 0) > 0 && (
        <button type="button" class="quiet" onClick={() => onChange({ ...EVERYTHING, range: route.range })}>
          Clear filters
        </button>
      )}
      {wheres.length > 0 && (
        <ul class="chips" aria-label="Conditions">
          {wheres.map((each) => (
            <li key={each}>
              <button
                type="button"
                aria-label={`Remove ${each}`}
                onClick={() => set({ where: wheres.filter((other) => other !== each) })}
              >
                {visibleLine(each)} <span aria-hidden="true">✕</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {refused !== undefined && (
        <p class="field-error" id={ERROR_ID} role="alert">
          {visibleLine(sentencesOf(refused))}
        </p>
      )}
    </search>
  );
}

interface TextFilterProps {
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value: string | undefined;
  readonly refused: Refused | undefined;
  readonly onChange: (value: string | undefined) => void;
  readonly list?: readonly string[];
  readonly field?: RefObject<HTMLInputElement | null>;
  /** False while what is typed is only the beginning of something. */
  readonly isWhole?: (text: string) => boolean;
}

function TextFilter(props: TextFilterProps) {
  const { name, label, value = "", refused, list, onChange, isWhole = () => true } = props;
  const [draft, setDraft] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setDraft(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const apply = (text: string): void => {
    clearTimeout(timer.current);
    if (text !== value) onChange(text || undefined);
  };
  const typed = (event: TargetedInputEvent<HTMLInputElement>): void => {
    const text = event.currentTarget.value;
    setDraft(text);
    clearTimeout(timer.current);
    if (isWhole(text)) timer.current = setTimeout(() => apply(text), TYPED_MS);
  };
  return (
    <div class={`filter ${name}-filter`}>
      <label>
        <span>{label}</span>
        <input
          name={name}
          {...(props.field ? { ref: props.field } : {})}
          type={name === "grep" ? "search" : "text"}
          value={draft}
          placeholder={props.placeholder}
          list={list && `${name}-list`}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={refused !== undefined}
          aria-describedby={refused && ERROR_ID}
          onInput={typed}
          onBlur={() => apply(draft)}
          onKeyDown={(event) => event.key === "Enter" && apply(draft)}
        />
      </label>
      {list && (
        <datalist id={`${name}-list`}>
          {list.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </div>
  );
}

/** The field whose content was refused, by the name that the shipper gives it. */
function fieldOf({ message, hint, code }: Refused, route: LiveRoute): string | undefined {
  const said = `${code} ${message} ${hint}`.toLowerCase();
  if (route.grep !== undefined && /grep|regex|regular/.test(said)) return "grep";
  if ((route.where ?? []).length > 0 && said.includes("where")) return "where";
  if (route.requestId !== undefined && said.includes("request")) return "request_id";
  return route.service !== undefined && said.includes("service") ? "service" : undefined;
}
