/** The detectors by the names that the option `redact` has for them. */
import { aws } from "./detectors/aws.js";
import { card } from "./detectors/card.js";
import type { Detector } from "./detectors/detector.js";
import { privateKey } from "./detectors/private-key.js";
import { token } from "./detectors/token.js";
import { urlPassword } from "./detectors/url-password.js";

const DETECTORS: Readonly<Record<string, Detector>> = {
  "private-key": privateKey,
  "url-password": urlPassword,
  token,
  aws,
  card,
};

/** All of them. */
const ALL_DETECTORS = "secrets";
export const DETECTOR_NAMES: readonly string[] = [ALL_DETECTORS, ...Object.keys(DETECTORS)];

/** Those that are named. */
export function detectorsOf(names: readonly string[]): readonly Detector[] {
  const all = names.includes(ALL_DETECTORS);
  return Object.entries(DETECTORS)
    .filter(([name]) => all || names.includes(name))
    .map(([, detector]) => detector);
}
