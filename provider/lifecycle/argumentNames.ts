/**
 * The arguments of each resource, which its constructor sends together with the outputs and its lifecycle reads. This file imports
 * nothing, since every start of a program loads it with the resources.
 */
export const ARGUMENT_NAMES = {
  LogicalReplication: ["projectId", "allowRestart"],
  IpAllowlist: [
    "projectId",
    "clickPipesRegion",
    "ips",
    // `check` resolves them from region and `ips`.
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
 * Outputs that repeat the values of arguments, and are secret if the user made one of these arguments secret. Pulumi hides an
 * output only if an input of the same name is secret, so such an input holds `REPEATED` and nothing else.
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
