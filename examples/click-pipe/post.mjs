// pulumi stack output postgresSource --json --show-secrets | node post.mjs
// Creates the pipe with ClickHouse Cloud's API: `postgresSource` is `source.postgres` in the body.
let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;

const { CLICKHOUSE_API = "https://api.clickhouse.cloud/v1", CLICKHOUSE_KEY = "", ...env } = process.env;
const url = `${CLICKHOUSE_API}/organizations/${env.CLICKHOUSE_ORGANIZATION}/services/${env.CLICKHOUSE_SERVICE}/clickpipes`;
const response = await fetch(url, {
  method: "POST",
  headers: { authorization: `Basic ${btoa(CLICKHOUSE_KEY)}`, "content-type": "application/json" },
  body: JSON.stringify({
    name: env.PIPE_NAME ?? "orders",
    source: { postgres: JSON.parse(text) },
    destination: { database: "default" },
  }),
});
console.log(`HTTP ${response.status}: ${await response.text()}`);
process.exitCode = response.ok ? 0 : 1;
