import { compareText } from "./table";

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
  /** What these grants cover, so that the end of others on the same role takes nothing of it; absent where it is too long. */
  scope?: { schemas?: string[] | "*"; tables?: string[] };
}

export interface Marked {
  /** The user's own comment, without ours. */
  comment: string | null;
  owner?: Ownership;
  grants: GrantsOwnership[];
}

const LABEL = "pulumi-neon-clickpipes: ";

export function parseComment(text: string | null): Marked {
  const at = text === null ? -1 : text.startsWith(LABEL) ? 0 : text.lastIndexOf(`\n${LABEL}`);
  if (text === null || at < 0) return { comment: text, grants: [] };
  try {
    const json = text.slice(text.indexOf(LABEL, at) + LABEL.length);
    const { owner, grants } = JSON.parse(json) as Partial<Marked>;
    return { comment: at === 0 ? null : text.slice(0, at), ...(owner && { owner }), grants: grants ?? [] };
  } catch {
    // Somebody edited it by hand: what cannot be read is theirs.
    return { comment: text, grants: [] };
  }
}

export function formatComment(marked: Marked): string | null {
  const { comment, owner, grants } = marked;
  if (!owner && grants.length === 0) return comment;
  const note = JSON.stringify({ ...(owner && { owner }), ...(grants.length > 0 && { grants }) });
  return comment === null ? LABEL + note : `${comment}\n${LABEL}${note}`;
}

export function findGrants(marked: Marked, database: string, mark: string): GrantsOwnership | undefined {
  return marked.grants.find((entry) => entry.database === database && entry.mark === mark);
}

/** The same comment with this entry put in, or taken out when `entry` is undefined. */
export function withGrants(marked: Marked, database: string, mark: string, entry?: GrantsOwnership): Marked {
  const others = marked.grants.filter((other) => other.database !== database || other.mark !== mark);
  const grants = entry ? [...others, entry] : others;
  grants.sort((a, b) => compareText(a.database, b.database) || compareText(a.mark, b.mark));
  return { ...marked, grants };
}

export function sameStack(a: string, b: string): boolean {
  return stackOf(a) === stackOf(b);
}

/** `organisation/project/stack` of a mark; type and name follow. */
export function stackOf(mark: string): string {
  return mark.split("/").slice(0, 3).join("/");
}
