/** The frame around the views: what is asked of the shipper for all of them, and which one is to be seen. */
import { useEffect, useState } from "preact/hooks";
import type { DeadLetterList, Session } from "../src/serve/api.js";
import type { Overview } from "../src/watch/overview.js";
import { DeadView } from "./dead/dead-view.js";
import { FlowView } from "./flow/flow-view.js";
import { LiveView } from "./live/live-view.js";
import { Header } from "./parts/header.js";
import { KeysHelp } from "./parts/keys-help.js";
import { getJson } from "./system/api.js";
import { usePolled } from "./system/polled.js";
import { parseRoute } from "./system/route.js";

const WATCHED_MS = 2000;
const ASIDE_MS = 5000;

export function App() {
  const route = useRoute();
  const session = useSession();
  const overview = usePolled<Overview>("/api/overview", route.view === "live" ? ASIDE_MS : WATCHED_MS);
  // Their list is read from the disk: only when there is something new.
  const deadBytes = overview.value?.deadLetters.bytes;
  const deadPath = deadBytes === undefined ? undefined : "/api/dead-letters";
  const dead = usePolled<DeadLetterList>(deadPath, Number.POSITIVE_INFINITY, deadBytes);
  const [help, setHelp] = useState(false);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.target as Element).matches("input, textarea, select")) return;
      if (event.key === "?") setHelp(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const services = [...new Set(overview.value?.writers.map(({ service }) => service))].sort().slice(0, 100);
  return (
    <>
      <Header
        view={route.view}
        session={session}
        overview={overview}
        letters={dead.value?.letters}
        onHelp={() => setHelp(true)}
      />
      {route.view === "live" && <LiveView route={route} services={services} />}
      {route.view === "flow" && <FlowView overview={overview} letters={dead.value?.letters} />}
      {route.view === "dead" && (
        <DeadView route={route} dead={dead} deadBytes={deadBytes} readOnly={session?.readOnly ?? true} />
      )}
      {help && <KeysHelp onClose={() => setHelp(false)} />}
    </>
  );
}

function useRoute() {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = (): void => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  useEffect(() => {
    document.title = `${TITLES[route.view]} · dragonlog`;
  }, [route.view]);
  return route;
}

const TITLES = { live: "Live", flow: "Flow", dead: "Dead letters" } as const;

/** Undefined until the shipper has told it; asked again until it does. */
function useSession(): Session | undefined {
  const [session, setSession] = useState<Session>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      getJson<Session>("/api/session").then(setSession, () => {
        timer = setTimeout(look, ASIDE_MS);
      });
    };
    look();
    return () => clearTimeout(timer);
  }, []);
  return session;
}
