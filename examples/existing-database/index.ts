import * as pulumi from "@pulumi/pulumi";
import { ClickPipesSource, Provider } from "pulumi-neon-clickpipes";

const config = new pulumi.Config();

// `pulumi config set --secret clickpipes:connectionUri …`, or DATABASE_URL in the environment.
const database = new Provider("database");

const source = new ClickPipesSource(
  "app",
  {
    tables: ["public.customers", "public.orders"],
    // Takes over what you created by hand with the guide. Nothing is replaced, and destroy leaves it as it was found.
    adopt: true,
    user: { password: config.requireSecret("clickpipesPassword") },
    publication: { name: "clickpipes" },
  },
  { provider: database },
);

export const { connection, postgresSource } = source;
