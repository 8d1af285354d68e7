import { randomBytes, randomInt } from "node:crypto";
import type { NeonIdentity } from "../../postgres/neonRoles";
import type { PostgresVersion } from "../../postgres/servers";
import type { LocalNeonOptions } from "../localNeon";
import type { JsonObject } from "./openapi";

interface AllowedIps {
  ips?: string[];
  protected_branches_only?: boolean;
}

/** The settings the stand-in acts on; whatever else the API takes is kept and returned. */
export interface ProjectSettings {
  allowed_ips: AllowedIps;
  enable_logical_replication: boolean;
  block_public_connections?: boolean;
  [setting: string]: unknown;
}

export const DEFAULT_VERSION: PostgresVersion = 17;

export const neonIdentity = (): NeonIdentity => {
  const digits = String(randomInt(1e8)).padStart(8, "0");
  return {
    projectId: `local-stand-${digits}`,
    branchId: `br-local-stand-${digits}`,
    endpointId: `ep-local-stand-${digits}`,
    tenantId: randomBytes(16).toString("hex"),
    timelineId: randomBytes(16).toString("hex"),
  };
};

/** What the control plane knows of the one project. */
export class Project {
  name = "local";
  historyRetentionSeconds = 86_400;
  defaultEndpointSettings: JsonObject = {};
  updatedAt = new Date();
  readonly createdAt = new Date();
  readonly version: PostgresVersion;
  readonly settings: ProjectSettings;
  readonly branchProtected: boolean;
  /** Whether Neon keeps the passwords of roles, so that the API can show them. */
  readonly storesPasswords: boolean;
  /** Passwords of the roles that the API made. */
  readonly passwords = new Map<string, string>();

  constructor(
    readonly identity: NeonIdentity,
    options: LocalNeonOptions,
  ) {
    this.version = options.version ?? DEFAULT_VERSION;
    this.branchProtected = options.protectedBranch ?? false;
    this.storesPasswords = options.storePasswords ?? true;
    this.settings = {
      allowed_ips: { ips: options.allowedIps ?? [], protected_branches_only: options.protectedBranchesOnly ?? false },
      enable_logical_replication: options.logicalReplication ?? false,
    };
  }

  /** Whether IP Allow governs who may connect to the branch. */
  get restrictsAddresses(): boolean {
    const { ips, protected_branches_only } = this.settings.allowed_ips;
    return (ips ?? []).length > 0 && (this.branchProtected || !protected_branches_only);
  }
}
