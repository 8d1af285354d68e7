import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Properties } from "../lifecycle/arguments";
import { textsIn } from "../lifecycle/repeatedSecrets";
import { UNKNOWN_TEXT } from "../lifecycle/unknown";

// Special values on Pulumi's wire (`sdk/go/common/resource/sig`).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Properties as they arrived: plain values, and the names of the ones that held a secret at any depth. */
export interface Received {
  values: Properties;
  secrets: readonly string[];
}

export function receive(struct: Struct | undefined): Received {
  const raw = (struct?.toJavaScript() ?? {}) as Properties;
  // JSON has no `undefined`, so other languages send null for an argument that is not given.
  const given = Object.entries(raw).filter(([, value]) => value !== null);
  return {
    values: Object.fromEntries(given.map(([name, value]) => [name, unwrap(value)])),
    secrets: given.filter(([, value]) => holdsSecret(value)).map(([name]) => name),
  };
}

/** The texts that may never be printed. */
export function secretTextsOf(...received: Received[]): string[] {
  return received.flatMap(({ values, secrets }) => secrets.flatMap((name) => textsIn(values[name])));
}

/** Properties to send, each of `secrets` marked as secret. */
export function send(values: Properties, secrets: Iterable<string>): Struct {
  const names = new Set(secrets);
  const marked = Object.entries(values).map(([name, value]) => [
    name,
    names.has(name) && value !== null && value !== undefined ? { [SIGNATURE]: SECRET, value } : value,
  ]);
  return Struct.fromJavaScript(Object.fromEntries(marked));
}

/** A secret as what it holds, an output as its value, and a resource as its id. */
function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (value === null || typeof value !== "object") return value;
  const special = value as Properties;
  switch (special[SIGNATURE]) {
    case SECRET:
      return unwrap(special.value);
    case OUTPUT:
      // Without a value, it is one that a preview does not know yet.
      return "value" in special ? unwrap(special.value) : UNKNOWN_TEXT;
    case RESOURCE:
      return special.id ?? special.urn;
    default:
      return Object.fromEntries(Object.entries(special).map(([name, inner]) => [name, unwrap(inner)]));
  }
}

function holdsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (value === null || typeof value !== "object") return false;
  const special = value as Properties;
  if (special[SIGNATURE] === SECRET) return true;
  if (special[SIGNATURE] === OUTPUT && special.secret === true) return true;
  return Object.values(special).some(holdsSecret);
}
