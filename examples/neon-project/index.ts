import * as neon from "@pulumi/neon";
import * as pulumi from "@pulumi/pulumi";
import { ClickPipesSource, Provider } from "pulumi-neon-clickpipes";

const config = new pulumi.Config();
const neonApiKey = config.requireSecret("neonApiKey");

const project = new neon.Project(
  "app",
  { name: "app", enableLogicalReplication: "yes" },
  {
    protect: true,
    // Up to 0.13, that provider replaces the project, including its data, if the setting changes outside of it. The list
    // is managed by IpAllowlist.
    ignoreChanges: ["enableLogicalReplication", "allowedIps", "allowedIpsProtectedBranchesOnly"],
  },
);
const analytics = new neon.Database("analytics", {
  projectId: project.id,
  branchId: project.defaultBranchId,
  name: "analytics",
  ownerName: project.databaseUser,
});

/** A branch has one host and one owner, and any number of databases. Each database needs its own provider. */
function providerFor(name: string, database: pulumi.Input<string>): Provider {
  const { databaseHost: host, databaseUser: user, databasePassword: password } = project;
  return new Provider(name, { host, database, user, password, neonApiKey });
}
const appProvider = providerFor("app", project.databaseName);
const analyticsProvider = providerFor("analytics", analytics.name);

// The application's migrations create the tables, and need the project. So the first `pulumi up` creates only the project.
const migrated = config.getBoolean("migrated") ?? false;

function makeSources() {
  const app = new ClickPipesSource(
    "app",
    { project, tables: ["public.orders"], clickPipesRegion: { cloud: "aws", region: "us-east-1" } },
    { provider: appProvider },
  );
  // Roles, the setting and the list belong to the project, so the second database shares them.
  const { user, logicalReplication, ipAllowlist } = app;
  const second = new ClickPipesSource(
    "analytics",
    { project, schemas: ["public"], user, logicalReplication, ipAllowlist },
    { provider: analyticsProvider },
  );
  return { app: app.connection, analytics: second.connection };
}

export const projectId = project.id;
export const connectionUri = project.connectionUri;
export const connections = migrated ? makeSources() : undefined;
