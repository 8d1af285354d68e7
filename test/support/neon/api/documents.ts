import type { Compute } from "../compute";
import type { Json, JsonObject } from "./openapi";
import type { Project } from "./project";

const REGION = { platform_id: "aws", region_id: "aws-us-east-2", provisioner: "k8s-neonvm" };
const NO_CONSUMPTION = {
  active_time_seconds: 0,
  compute_time_seconds: 0,
  cpu_used_sec: 0,
  data_transfer_bytes: 0,
  written_data_bytes: 0,
};

const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

const times = (project: Project): JsonObject => ({
  created_at: timestamp(project.createdAt),
  updated_at: timestamp(project.updatedAt),
});

export function projectDocument(project: Project): JsonObject {
  return {
    ...REGION,
    ...NO_CONSUMPTION,
    ...times(project),
    id: project.identity.projectId,
    name: project.name,
    pg_version: project.version,
    proxy_host: "us-east-2.aws.neon.tech",
    branch_logical_size_limit: 0,
    branch_logical_size_limit_bytes: 0,
    store_passwords: project.storesPasswords,
    creation_source: "console",
    history_retention_seconds: project.historyRetentionSeconds,
    data_storage_bytes_hour: 0,
    consumption_period_start: timestamp(project.createdAt),
    consumption_period_end: timestamp(project.createdAt),
    owner_id: "org-local-stand-in",
    org_id: "org-local-stand-in",
    default_endpoint_settings: project.defaultEndpointSettings,
    settings: structuredClone(project.settings) as Json,
  };
}

export function branchDocument(project: Project): JsonObject {
  return {
    ...NO_CONSUMPTION,
    ...times(project),
    id: project.identity.branchId,
    project_id: project.identity.projectId,
    name: "main",
    current_state: "ready",
    state_changed_at: timestamp(project.createdAt),
    creation_source: "console",
    primary: true,
    default: true,
    protected: project.branchProtected,
    init_source: "parent-data",
  };
}

export function endpointDocument(project: Project, compute: Compute): JsonObject {
  return {
    ...times(project),
    id: project.identity.endpointId,
    project_id: project.identity.projectId,
    branch_id: project.identity.branchId,
    host: compute.host,
    proxy_host: "us-east-2.aws.neon.tech",
    region_id: REGION.region_id,
    provisioner: REGION.provisioner,
    type: "read_write",
    current_state: compute.state,
    ...(compute.pendingState && { pending_state: compute.pendingState }),
    autoscaling_limit_min_cu: 0.25,
    autoscaling_limit_max_cu: 2,
    settings: {},
    pooler_enabled: false,
    pooler_mode: "transaction",
    disabled: false,
    passwordless_access: true,
    creation_source: "console",
    last_active: timestamp(compute.lastActive),
    suspend_timeout_seconds: 0,
  };
}

export function roleDocument(project: Project, name: string, password?: string): JsonObject {
  return {
    ...times(project),
    branch_id: project.identity.branchId,
    name,
    ...(password === undefined ? {} : { password }),
    protected: false,
  };
}
