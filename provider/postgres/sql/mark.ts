import { compareText } from "../../text";
import type { Place } from "./place";
import type { TableSpec } from "./table";

/** Which resource of which program. Together they are as long as the URN, by which Pulumi tells resources apart. */
export interface Identity {
  /** Organization, project, stack, type and name of the resource. */
  mark: string;
  /** The types of its parents, outermost first, joined with `$`; empty if it has none. Earlier versions did not write it. */
  path?: string;
}

/**
 * The marker that names the owner of a database object. It is kept in the object's COMMENT, apart from the user's own comment.
 * `token` identifies the create that owns the object now. A branch's copy of the object carries a copy of the marker: `place`
 * tells them apart.
 */
export interface Ownership extends Identity {
  token: string;
  place?: Place;
  adopted?: boolean;
}

/** The marker for the grants of one database. It is kept on the role that holds them. */
export interface GrantsOwnership extends Ownership {
  database: string;
  /** Some rights existed before these grants. */
  found?: boolean;
  /** Which rights those were, by `rightKey`. Absent if there are too many. */
  before?: string[];
  /** What these grants gave next to default privileges that existed before, by `rightKey`. Absent if there is too much. */
  given?: string[];
  /** A digest of the leaves that they brought in. If the state's is another, a run was killed since. Absent if there are none. */
  leaves?: string;
  /** What these grants cover, so that deleting other grants on the same role takes none of it away. Absent if it is too long. */
  scope?: NotedScope;
}

export interface NotedScope {
  schemas?: string[] | "*";
  tables?: TableSpec[];
  objectOwners?: string[];
}

export interface Marked {
  /** The user's own comment, without the markers. */
  comment: string | null;
  owner?: Ownership;
  grants: GrantsOwnership[];
}

const LABEL = "pulumi-neon-clickpipes: ";

/** A marker in a comment. */
interface Marker {
  text: string;
  start: number;
  end: number;
  note: Pick<Marked, "owner" | "grants">;
}

/** Finds the markers wherever they stand: others may write behind them. What cannot be read as one is part of their comment. */
export function parseComment(text: string | null): Marked {
  const markers = text === null ? [] : findMarkers(text);
  if (text === null || markers.length === 0) return { comment: text, grants: [] };
  // An older marker may stand before the one that counts.
  const owner = markers.findLast(({ note }) => note.owner !== undefined)?.note.owner;
  const grants = markers.reduce<GrantsOwnership[]>(
    (all, { note }) => withGrants(all, (other) => note.grants.some((one) => isSameNote(one, other)), ...note.grants),
    [],
  );
  return { comment: withoutMarkers(text, markers), ...(owner && { owner }), grants };
}

/** The texts of the markers in a comment. Each begins a line. */
export function markersIn(text: string | null): string[] {
  return text === null ? [] : findMarkers(text).map((marker) => marker.text);
}

/** Whether the user's part of the comment still holds the label of a marker, which cannot be read. */
export function hasUnreadableMarker({ comment }: Marked): boolean {
  return comment !== null && new RegExp(`(?:^|\\n)${LABEL}`).test(comment);
}

/** A marker goes with the line break before it, or, if none is before it, with the one behind it. */
function withoutMarkers(text: string, markers: Marker[]): string | null {
  const lines = `\n${text}`;
  // In `lines`, a marker's line break stands where the marker does in `text`.
  const starts = [0, ...markers.map(({ end }) => end + 1)];
  const rest = starts.map((start, index) => lines.slice(start, markers[index]?.start)).join("");
  const own = rest.startsWith("\n") ? rest.slice(1) : rest;
  return text.startsWith(LABEL) ? own || null : own;
}

function findMarkers(text: string): Marker[] {
  const markers: Marker[] = [];
  const label = new RegExp(`(?<![^\\n])${LABEL}(?=\\{)`, "g");
  for (let found = label.exec(text); found; found = label.exec(text)) {
    const json = text.slice(label.lastIndex, label.lastIndex + lengthOfObject(text.slice(label.lastIndex)));
    const note = parseNote(json);
    if (!note) continue;
    const [start, end] = [found.index, label.lastIndex + json.length];
    markers.push({ text: text.slice(start, end), start, end, note });
    label.lastIndex = end;
  }
  return markers;
}

/** The length of the JSON object that the text begins with, in UTF-16 units. */
function lengthOfObject(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") depth++;
    if (token === "}" && --depth === 0) return index + 1;
  }
  return text.length;
}

function parseNote(json: string): Marker["note"] | undefined {
  try {
    const { owner, grants = [] } = JSON.parse(json) as Partial<Marked>;
    if (!Array.isArray(grants) || ![...grants, ...(owner === undefined ? [] : [owner])].every(isOwnership))
      return undefined;
    if (!grants.every(({ database }) => typeof database === "string")) return undefined;
    if (!owner && grants.length === 0) return undefined;
    return { ...(owner && { owner }), grants };
  } catch {
    return undefined;
  }
}

/** Any user may have written to the comment. Only text of this form is a marker. */
function isOwnership(value: Partial<Ownership> | null): boolean {
  if (typeof value?.mark !== "string" || typeof value.token !== "string") return false;
  const { path, place } = value;
  if (path !== undefined && typeof path !== "string") return false;
  return place === undefined || (typeof place?.systemIdentifier === "string" && typeof place.database === "string");
}

export function formatComment(marked: Marked): string | null {
  const note = formatMarker(marked);
  return note === undefined ? marked.comment : marked.comment === null ? note : `${marked.comment}\n${note}`;
}

/** Undefined if there is nothing to note. */
export function formatMarker({ owner, grants }: Marked): string | undefined {
  if (!owner && grants.length === 0) return undefined;
  const note = { ...(owner && { owner: inOrder(owner) }), ...(grants.length > 0 && { grants }) };
  return LABEL + inAscii(JSON.stringify(note));
}

/** Pulumi's state does not keep the order of keys. A marker that was kept there is given back as it was. */
function inOrder({ mark, path, token, place, ...rest }: Ownership): Ownership {
  return { mark, path, token, place: place && placeInOrder(place), ...rest };
}

function placeInOrder({ database, systemIdentifier, neonProject, neonBranch }: Place): Place {
  return { database, systemIdentifier, neonProject, neonBranch };
}

/** A mark in the form that it has in a comment. */
export function quoteMark(mark: string): string {
  return inAscii(JSON.stringify(mark));
}

/** All databases of the server share a role's comment, whatever their encodings. */
function inAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The user's own comment: the program's if it sets one, otherwise the actual one. An empty one removes it. */
export function desiredComment(desired: string | undefined, actual: string | null): string | null {
  return desired === undefined ? actual : desired || null;
}

/** The notes without those that `replaces` names, and with `entries`, in a fixed order. */
export function withGrants(
  notes: GrantsOwnership[],
  replaces: (note: GrantsOwnership) => boolean,
  ...entries: GrantsOwnership[]
): GrantsOwnership[] {
  const all = [...notes.filter((note) => !replaces(note)), ...entries];
  const keyOf = ({ path = "" }: GrantsOwnership) => path;
  return all.sort(
    (a, b) => compareText(a.database, b.database) || compareText(a.mark, b.mark) || compareText(keyOf(a), keyOf(b)),
  );
}

function isSameNote(a: GrantsOwnership, b: GrantsOwnership): boolean {
  return a.database === b.database && a.mark === b.mark && a.path === b.path;
}
