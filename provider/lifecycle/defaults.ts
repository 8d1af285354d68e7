// Set in the constructors too, since `check` is not called while the provider's config is unknown. It imports nothing,
// since a program loads it with the resources each time it starts.

export const DEFAULT_USER = "clickpipes_user";

export const DEFAULT_PUBLICATION = "clickpipes_publication";

/** All that a publication can pass on, in the order in which they are written. */
export const OPERATIONS: readonly string[] = ["insert", "update", "delete", "truncate"];

export const READINESS_DEFAULTS = { replicationMode: "cdc", onFailure: "error" } as const;
