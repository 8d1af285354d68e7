import * as clickhouse from "@pulumi/clickhouse";
import * as pulumi from "@pulumi/pulumi";
import { ClickPipesSource, Provider } from "pulumi-neon-clickpipes";

const config = new pulumi.Config();

const source = new ClickPipesSource(
  "orders",
  {
    project: config.get("neonProject"),
    // The pipe excludes the columns that aren't listed.
    tables: [{ schema: "public", name: "orders", columns: ["id", "product", "amount"] }, "shop.products"],
    clickPipesRegion: { cloud: "aws", region: "us-east-1" },
    pipe: { settings: { syncIntervalSeconds: 60 } },
  },
  { provider: new Provider("database") },
);

// Created after the readiness report, and deleted first: ClickPipes accepts a bad source without an error, and fails later.
const pipe = new clickhouse.Clickpipe("orders", {
  name: "orders",
  serviceId: config.require("clickhouseService"),
  source: { postgres: source.postgresSource },
  destination: { database: "default" },
});

export const pipeId = pipe.id;
/** For `post.mjs`, which needs no ClickHouse provider. */
export const postgresSource = source.postgresSource;
