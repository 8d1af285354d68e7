// The constructors set these too, since Pulumi does not call `check` while the provider's config is unknown. This file imports
// nothing, since every start of a program loads it with the resources.

export const DEFAULT_USER = "clickpipes_user";

export const DEFAULT_PUBLICATION = "clickpipes_publication";

/** All operations that a publication can publish, in canonical order. */
export const OPERATIONS: readonly string[] = ["insert", "update", "delete", "truncate"];

export const READINESS_DEFAULTS = { replicationMode: "cdc", onFailure: "error" } as const;
