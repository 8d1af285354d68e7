// Public, so it is in a file of its own, which imports nothing that a user's compiler would have to resolve.

/** Something in the scope that the role cannot read and that the admin may not grant. */
export interface Uncovered {
  object: string;
  /** `table`, `view`, `schema`, `database`, `default privileges` and so on; `tables` for many tables of one owner in one schema. */
  kind: string;
  owner: string;
  reason: string;
  /** The statement that fixes it, for the owner or for an admin who is a member of the owner's role. */
  fix: string;
}
