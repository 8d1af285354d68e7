/**
 * What a resource can be told: read back by its lifecycle, and sent by its constructor beside the outputs. It imports
 * nothing, since a program loads it with the resources each time it starts.
 */
export const ARGUMENT_NAMES = {
  LogicalReplication: ["projectId", "allowRestart"],
  IpAllowlist: [
    "projectId",
    "clickPipesRegion",
    "ips",
    // Of region and `ips`, resolved by `check`.
    "addresses",
    "whenOpen",
    "protectedBranchesOnly",
    "allowOpenOnDelete",
  ],
  ClickPipesUser: [
    "name",
    "password",
    "passwordVersion",
    "connectionLimit",
    "validUntil",
    "comment",
    "adopt",
    "deleteAdopted",
    "allowPrivileged",
    "allowLeftoverSlots",
  ],
  ClickPipesGrants: ["role", "schemas", "tables", "objectOwners"],
  Publication: [
    "name",
    "allTables",
    "tables",
    "schemas",
    "publish",
    "publishViaPartitionRoot",
    "publishGeneratedColumns",
    "owner",
    "comment",
    "adopt",
    "deleteAdopted",
    "allowReplace",
    "allowUnsafeTables",
    "allowLeftoverSlots",
  ],
  SourceReadiness: [
    "role",
    "password",
    "publication",
    "tables",
    "replicationMode",
    "replicationSlotName",
    "onFailure",
    "allowUnsafeTables",
    "triggers",
  ],
} as const;

/**
 * Outputs that repeat the values of arguments, and are secret where the user made one of these secret. Pulumi hides an output
 * only where an input of its name is secret: such an input holds `REPEATED`, and no more.
 */
export const REPEATING_OUTPUTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  IpAllowlist: { addresses: ["ips", "clickPipesRegion"], added: ["ips", "clickPipesRegion"] },
  ClickPipesGrants: {
    uncovered: ["role", "schemas", "tables", "objectOwners"],
    objects: ["schemas", "tables", "objectOwners"],
    found: ["schemas", "tables", "objectOwners"],
    given: ["schemas", "tables", "objectOwners"],
  },
  Publication: {
    publishedTables: ["schemas", "tables"],
    excludedColumns: ["schemas", "tables"],
    filters: ["tables"],
    before: ["schemas", "tables", "owner", "comment"],
    lost: ["schemas", "tables"],
    missing: ["schemas", "tables"],
  },
  SourceReadiness: { report: ["role", "publication", "tables", "replicationSlotName"] },
};

export const REPEATED = "as secret as what it repeats";
