import { compareText } from "../../text";
import type { TableSpec } from "./table";

/**
 * The marker that names the owner of a database object. It is kept at the end of the object's COMMENT, apart from the user's own
 * comment. `mark` names the resource in the program. `token` identifies the create that owns the object now.
 */
export interface Ownership {
  mark: string;
  token: string;
  adopted?: boolean;
}

/** The marker for the grants of one database. It is kept on the role that holds them. */
export interface GrantsOwnership extends Ownership {
  database: string;
  /** Some rights existed before these grants. */
  found?: boolean;
  /** Which rights those were, by `rightKey`. Absent if there are too many. */
  before?: string[];
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

export function parseComment(text: string | null): Marked {
  const theirs: Marked = { comment: text, grants: [] };
  const lineBreak = text?.lastIndexOf(`\n${LABEL}`) ?? -1;
  if (text === null || (lineBreak < 0 && !text.startsWith(LABEL))) return theirs;
  try {
    const note = JSON.parse(text.slice(lineBreak + 1 + LABEL.length)) as Partial<Marked>;
    const { owner, grants = [] } = note;
    if (!Array.isArray(grants) || ![...grants, ...(owner === undefined ? [] : [owner])].every(isOwnership))
      return theirs;
    if (!grants.every(({ database }) => typeof database === "string")) return theirs;
    return { comment: lineBreak < 0 ? null : text.slice(0, lineBreak), ...(owner && { owner }), grants };
  } catch {
    // Another user edited it by hand. What cannot be read as a marker is part of their comment.
    return theirs;
  }
}

/** Any user may have written to the comment. Only text of this form is a marker. */
function isOwnership(value: Partial<Ownership> | null): boolean {
  return typeof value?.mark === "string" && typeof value.token === "string";
}

export function formatComment(marked: Marked): string | null {
  const { comment, owner, grants } = marked;
  if (!owner && grants.length === 0) return comment;
  const note = LABEL + inAscii(JSON.stringify({ ...(owner && { owner }), ...(grants.length > 0 && { grants }) }));
  return comment === null ? note : `${comment}\n${note}`;
}

/** All databases of the server share a role's comment, whatever their encodings. */
function inAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The user's own comment: the program's if it sets one, otherwise the actual one. An empty one removes it. */
export function desiredComment(desired: string | undefined, actual: string | null): string | null {
  return desired === undefined ? actual : desired || null;
}

export function findGrants(marked: Marked, database: string, mark: string): GrantsOwnership | undefined {
  return marked.grants.find((entry) => entry.database === database && entry.mark === mark);
}

/** The same comment with `entry` in place of the entries of `marks` in that database. Without `entry`, those are removed. */
export function withGrants(marked: Marked, database: string, marks: string[], entry?: GrantsOwnership): Marked {
  const others = marked.grants.filter((other) => other.database !== database || !marks.includes(other.mark));
  const grants = entry ? [...others, entry] : others;
  grants.sort((a, b) => compareText(a.database, b.database) || compareText(a.mark, b.mark));
  return { ...marked, grants };
}

export function sameStack(a: string, b: string): boolean {
  return stackOf(a) === stackOf(b);
}

/** The `organization/project/stack` of a mark. The type and the name follow. */
function stackOf(mark: string): string {
  return mark.split("/").slice(0, 3).join("/");
}
