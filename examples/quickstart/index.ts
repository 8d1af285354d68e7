import * as pulumi from "@pulumi/pulumi";
import { ClickPipesSource, Provider } from "pulumi-neon-clickpipes";

const config = new pulumi.Config();

// Where your database is: `pulumi config set --secret clickpipes:connectionUri …` and `… clickpipes:neonApiKey …`,
// or DATABASE_URL and NEON_API_KEY in the environment.
const database = new Provider("database");

const source = new ClickPipesSource(
  "app",
  {
    project: config.require("neonProject"),
    schemas: ["public", "shop"],
    clickPipesRegion: { cloud: "aws", region: "us-east-1" },
    // Turning logical replication on restarts every compute of the project, once.
    allowRestart: true,
  },
  { provider: database },
);

/** What ClickPipes needs, for the console and for a pipe as code. Only the password is secret. */
export const { connection, postgresSource } = source;
