// Public, and so in a file that needs nothing a user's compiler would have to know.

/** Something of the scope that the role cannot read, and that the admin may not grant. */
export interface Uncovered {
  object: string;
  /** `table`, `view`, `schema`, `database`, `default privileges` and so on; `tables` for many of one owner in one schema. */
  kind: string;
  owner: string;
  reason: string;
  /** The statement with which the owner, or an admin who is a member of that role, can. */
  fix: string;
}
