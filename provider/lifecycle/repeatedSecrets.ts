import { REPEATED, REPEATING_OUTPUTS } from "./argumentNames";
import type { Properties } from "./arguments";
import { isUnknown } from "./unknown";

/** The properties for a lifecycle, without those that only Pulumi's dynamic provider needs, and those that only make outputs secret. */
export function lifecycleProperties(kind: string, { __provider, ...properties }: Properties): Properties {
  return withoutMarkers(kind, properties);
}

/** The inputs for a lifecycle, without those that only make outputs secret. */
export function withoutMarkers(kind: string, inputs: Properties): Properties {
  const markers = Object.keys(REPEATING_OUTPUTS[kind] ?? {}).filter((name) => isMarker(inputs[name]));
  return Object.fromEntries(
    Object.entries(inputs).filter(([name]) => name !== "secretArguments" && !markers.includes(name)),
  );
}

/** Compares the value, since an argument may have the same name, as `addresses` has. In a preview either may be unknown. */
function isMarker(value: unknown): boolean {
  return value === REPEATED || isUnknown(value);
}

/** The names of the arguments that the program made secret, and the inputs that make Pulumi hide the outputs that repeat them. */
export function markers(kind: string, { secretArguments }: Properties): Properties {
  const secret = Array.isArray(secretArguments) ? secretArguments : [];
  if (secret.length === 0) return {};
  const repeating = repeatingOutputs(kind, secret);
  return { ...Object.fromEntries(repeating.map((name) => [name, REPEATED])), secretArguments: secret };
}

/** The outputs that repeat one of these arguments. */
export function repeatingOutputs(kind: string, secretArguments: readonly string[]): string[] {
  const repeating = Object.entries(REPEATING_OUTPUTS[kind] ?? {});
  return repeating
    .filter(([, sources]) => sources.some((name) => secretArguments.includes(name)))
    .map(([name]) => name);
}

/** Every text in the arguments that the program made secret. None of these is ever printed. */
export function secretTexts({ secretArguments, ...inputs }: Properties): string[] {
  return Array.isArray(secretArguments) ? secretArguments.flatMap((name) => textsIn(inputs[String(name)])) : [];
}

/** Every text in a secret value. Includes the table of `schema.table`, which messages also quote in other forms, such as `"schema"."table"`. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value, ...value.split(".").slice(1, 2)];
  return value === null || typeof value !== "object" ? [] : Object.values(value).flatMap(textsIn);
}
