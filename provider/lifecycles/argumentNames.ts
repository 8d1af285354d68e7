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
