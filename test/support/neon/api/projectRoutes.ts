import { type ApiAnswer, type ApiCall, type ControlPlane, ok, type Route, refused } from "./controlPlane";
import { branchDocument, endpointDocument, projectDocument } from "./documents";
import type { JsonObject } from "./openapi";
import type { ProjectSettings } from "./project";

interface ProjectUpdate {
  name?: string;
  settings?: Partial<ProjectSettings>;
  history_retention_seconds?: number;
  default_endpoint_settings?: JsonObject;
}

const LOGICAL = { wal_level: "logical", max_wal_senders: "10", max_replication_slots: "10" };

export const projectRoutes: Record<string, Route> = {
  getProject: ({ project }) => ok({ project: projectDocument(project) }),
  updateProject,
  listProjectBranches: ({ project }) => ok({ branches: [branchDocument(project)], annotations: {}, pagination: {} }),
  getProjectBranch: ({ project }) => {
    const annotation = { object: { type: "console/branch", id: project.identity.branchId }, value: {} };
    return ok({ branch: branchDocument(project), annotation });
  },
  listProjectEndpoints: listEndpoints,
  listProjectBranchEndpoints: listEndpoints,
  getProjectEndpoint: ({ project, compute }) => ok({ endpoint: endpointDocument(project, compute) }),
  suspendProjectEndpoint: (plane) => changeCompute(plane, "suspend_compute"),
  startProjectEndpoint: (plane) => changeCompute(plane, "start_compute"),
  listProjectOperations: ({ operations }, { query }) => {
    const all = operations.list();
    const begin = query.cursor ? all.findIndex(({ id }) => id === query.cursor) + 1 : 0;
    const page = all.slice(begin, begin + Number(query.limit ?? 1000));
    const cursor = page.at(-1)?.id;
    return ok({ operations: page, ...(cursor !== undefined && { pagination: { cursor } }) });
  },
  getProjectOperation: ({ operations }, { parameters }) => {
    const operation = operations.find(parameters.operation_id ?? "");
    return operation ? ok({ operation }) : refused(404, "operation not found");
  },
  getConnectionURI: ({ project, connectionUri }, { query }) => {
    const { role_name = "", database_name = "" } = query;
    const password = project.passwords.get(role_name);
    return password === undefined
      ? refused(404, "role not found")
      : ok({ uri: connectionUri(role_name, password, database_name) });
  },
};

function listEndpoints({ project, compute }: ControlPlane): ApiAnswer {
  return ok({ endpoints: [endpointDocument(project, compute)] });
}

function updateProject(plane: ControlPlane, { body }: ApiCall): ApiAnswer {
  const { project } = plane;
  const update = body.project as ProjectUpdate;
  const wanted = update.settings?.enable_logical_replication;
  const { enable_logical_replication: found } = project.settings;
  if (wanted === false && found) return refused(400, "logical replication cannot be disabled once it is enabled");

  // Each setting is replaced as a whole: allowed_ips without ips empties the list.
  Object.assign(project.settings, update.settings);
  project.name = update.name ?? project.name;
  project.historyRetentionSeconds = update.history_retention_seconds ?? project.historyRetentionSeconds;
  project.defaultEndpointSettings = update.default_endpoint_settings ?? project.defaultEndpointSettings;
  project.updatedAt = new Date();
  const operations = wanted && !found ? enableLogicalReplication(plane) : [];
  return ok({ project: projectDocument(project), operations });
}

function enableLogicalReplication({ compute, operations }: ControlPlane): JsonObject[] {
  if (compute.state === "idle") {
    compute.set(LOGICAL);
    return [];
  }
  return operations.schedule([
    { action: "apply_config", run: async () => compute.set(LOGICAL) },
    { action: "suspend_compute", run: () => compute.suspend() },
  ]);
}

function changeCompute(plane: ControlPlane, action: "suspend_compute" | "start_compute"): ApiAnswer {
  const { project, compute, operations } = plane;
  const run = () => (action === "suspend_compute" ? compute.suspend() : compute.wake());
  const changes = compute.state === (action === "suspend_compute" ? "active" : "idle");
  const scheduled = changes ? operations.schedule([{ action, run }]) : [];
  return ok({ endpoint: endpointDocument(project, compute), operations: scheduled });
}
