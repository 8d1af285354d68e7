import { randomBytes } from "node:crypto";
import { escapeIdentifier, escapeLiteral } from "pg";
import { createApiRole, NEON_DATABASE, NEON_OWNER } from "../../postgres/neonRoles";
import { asSuperuser } from "../../postgres/superuser";
import { type ApiAnswer, type ApiCall, type ControlPlane, ok, type Route, refused } from "./controlPlane";
import { roleDocument } from "./documents";
import type { JsonObject } from "./openapi";

const RESERVED = /^(pg_.*|neon_superuser|cloud_admin|zenith_admin|neon_service|public|none)$/;

const newPassword = (): string => `npg_${randomBytes(12).toString("base64url")}`;

export const roleRoutes: Record<string, Route> = {
  listProjectBranchRoles: async (plane) => {
    const names = await roleNames(plane);
    return ok({ roles: names.map((name) => roleDocument(plane.project, name)) });
  },
  getProjectBranchRole: withRole(async ({ project }, name) => ok({ role: roleDocument(project, name) })),
  getProjectBranchRolePassword: withRole(async ({ project }, name) => {
    if (!project.storesPasswords) return refused(412, "Storing passwords is disabled");
    const password = project.passwords.get(name);
    return password === undefined ? refused(404, "role password not found") : ok({ password });
  }),
  createProjectBranchRole,
  resetProjectBranchRolePassword: withRole(async (plane, name) => {
    const password = newPassword();
    return ok(
      changeRole(plane, name, password, [`alter role ${escapeIdentifier(name)} password ${escapeLiteral(password)}`]),
    );
  }),
  deleteProjectBranchRole: async (plane, { parameters }) => {
    const name = parameters.role_name ?? "";
    if (!(await roleNames(plane)).includes(name)) return { status: 204 };
    return ok(changeRole(plane, name, undefined, dropStatements(name)));
  },
};

/** A route about one role, which answers 404 where there is none. */
function withRole(route: (plane: ControlPlane, name: string) => Promise<ApiAnswer>): Route {
  return async (plane, { parameters }) => {
    const name = parameters.role_name ?? "";
    return (await roleNames(plane)).includes(name) ? route(plane, name) : refused(404, "role not found");
  };
}

async function createProjectBranchRole(plane: ControlPlane, { body }: ApiCall): Promise<ApiAnswer> {
  const { name, no_login } = body.role as { name: string; no_login?: boolean };
  if (RESERVED.test(name) || Buffer.byteLength(name) > 63) return refused(400, `role name ${name} is not allowed`);
  if ((await roleNames(plane)).includes(name)) return refused(409, "role already exists");
  const password = no_login ? undefined : newPassword();
  const create = () => createApiRole(plane.compute.server, { name, ...(password && { password }) });
  return { status: 201, body: changeRole(plane, name, password, create) };
}

/** Changes a role through an operation which, as Neon's, wakes the compute and drops its connections. */
function changeRole(
  { project, compute, operations }: ControlPlane,
  name: string,
  password: string | undefined,
  change: readonly string[] | (() => Promise<void>),
): JsonObject {
  if (password === undefined) project.passwords.delete(name);
  else project.passwords.set(name, password);
  const run = async (): Promise<void> => {
    await compute.wake();
    if (typeof change === "function") await change();
    else await asSuperuser(compute.server, NEON_DATABASE, change);
    await asSuperuser(compute.server, "postgres", [
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and usename <> 'cloud_admin'",
    ]);
  };
  const scheduled = operations.schedule([{ action: "apply_config", run }]);
  return { role: roleDocument(project, name, password), operations: scheduled };
}

const dropStatements = (name: string): string[] => {
  const role = escapeIdentifier(name);
  return [`reassign owned by ${role} to ${escapeIdentifier(NEON_OWNER)}`, `drop owned by ${role}`, `drop role ${role}`];
};

async function roleNames({ compute }: ControlPlane): Promise<string[]> {
  await compute.wake();
  const rows = await asSuperuser<{ name: string }>(compute.server, "postgres", [
    `select rolname as name from pg_roles
      where rolname !~ '^pg_' and rolname not in ('cloud_admin', 'neon_superuser') order by 1`,
  ]);
  return rows.map(({ name }) => name);
}
