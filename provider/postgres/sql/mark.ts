import { compareText } from "../../text";
import type { TableSpec } from "./table";

/**
 * What a database object says about its owner: kept at the end of its COMMENT, apart from the user's own comment.
 * `mark` names the resource of the program, `token` the one create that owns the object now.
 */
export interface Ownership {
  mark: string;
  token: string;
  adopted?: boolean;
}

/** The grants of one database, noted on the role that holds them. */
export interface GrantsOwnership extends Ownership {
  database: string;
  /** Some rights were there before us. */
  found?: boolean;
  /** Which, by `rightKey`; absent where they are too many. */
  before?: string[];
  /** What these grants cover, so that the end of others on the same role takes nothing of it; absent where it is too long. */
  scope?: NotedScope;
}

export interface NotedScope {
  schemas?: string[] | "*";
  tables?: TableSpec[];
  objectOwners?: string[];
}

export interface Marked {
  /** The user's own comment, without ours. */
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
    // Somebody edited it by hand: what cannot be read is theirs.
    return theirs;
  }
}

/** Anybody may have written there: only what has our form is ours. */
function isOwnership(value: Partial<Ownership> | null): boolean {
  return typeof value?.mark === "string" && typeof value.token === "string";
}

export function formatComment(marked: Marked): string | null {
  const { comment, owner, grants } = marked;
  if (!owner && grants.length === 0) return comment;
  const note = LABEL + inAscii(JSON.stringify({ ...(owner && { owner }), ...(grants.length > 0 && { grants }) }));
  return comment === null ? note : `${comment}\n${note}`;
}

/** A role's comment is shared by all databases of the server, whatever their encodings. */
function inAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The user's own comment where the program says nothing of it, or something; an empty one takes it away. */
export function desiredComment(desired: string | undefined, actual: string | null): string | null {
  return desired === undefined ? actual : desired || null;
}

export function findGrants(marked: Marked, database: string, mark: string): GrantsOwnership | undefined {
  return marked.grants.find((entry) => entry.database === database && entry.mark === mark);
}

/** The same comment with this entry put in, or taken out when `entry` is undefined; those of `marks` make room. */
export function withGrants(marked: Marked, database: string, marks: string[], entry?: GrantsOwnership): Marked {
  const others = marked.grants.filter((other) => other.database !== database || !marks.includes(other.mark));
  const grants = entry ? [...others, entry] : others;
  grants.sort((a, b) => compareText(a.database, b.database) || compareText(a.mark, b.mark));
  return { ...marked, grants };
}

export function sameStack(a: string, b: string): boolean {
  return stackOf(a) === stackOf(b);
}

/** `organisation/project/stack` of a mark; type and name follow. */
function stackOf(mark: string): string {
  return mark.split("/").slice(0, 3).join("/");
}
