import { BodyReader, type PostgresMessage } from "../../postgres/messages";

/** What the client has prepared and bound, by name; the nameless ones are replaced without a word. */
export class PreparedStatements {
  private readonly texts = new Map<string, string>();
  private readonly portals = new Map<string, string>();

  /** Follows a Parse message and returns its SQL. */
  parse({ body }: PostgresMessage): string {
    const reader = new BodyReader(body);
    const name = reader.string();
    const text = reader.string();
    this.texts.set(name, text);
    return text;
  }

  /** Follows a Bind message and returns its values. */
  bind({ body }: PostgresMessage): string[] {
    const reader = new BodyReader(body);
    const portal = reader.string();
    this.portals.set(portal, this.texts.get(reader.string()) ?? "");
    for (let formats = reader.int16(); formats > 0; formats--) reader.int16();
    const values: string[] = [];
    for (let count = reader.int16(); count > 0; count--) {
      const value = reader.value();
      if (value !== undefined) values.push(value.toString("utf8"));
    }
    return values;
  }

  /** The SQL that an Execute message runs. */
  execute({ body }: PostgresMessage): string {
    return this.portals.get(new BodyReader(body).string()) ?? "";
  }
}
