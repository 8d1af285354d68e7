/** How Pulumi's wire format represents values that a preview does not know yet (`sdk/go/common/resource/plugin/rpc.go`). */
const UNKNOWN: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Stands for a value that depends on unknown ones. */
export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The same for a value of any type, since `check` passes unknown values unchanged. */
export function unknownAs<T>(): T {
  const unknown: unknown = UNKNOWN_TEXT;
  return unknown as T;
}

export function isUnknown(value: unknown): boolean {
  return UNKNOWN.has(value);
}

/** Whether anything in `value`, at any depth, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (value !== null && typeof value === "object") return Object.values(value).some(hasUnknown);
  return isUnknown(value);
}
