import Ajv, { type ValidateFunction } from "ajv/dist/2019";
import addFormats from "ajv-formats";
import type { Json, JsonObject } from "./openapi";

/** Says what is wrong with a value, or nothing. */
export type Check = (value: unknown) => string | undefined;

const strict = addFormats(new Ajv({ strict: false, allErrors: true }));
/** For values that come as text, in a path or a query. */
const textual = addFormats(new Ajv({ strict: false, allErrors: true, coerceTypes: true }));

/** Compiles a schema of an OpenAPI 3.0 document, in which objects take no properties but those it names. */
export function compileSchema(schema: JsonObject, components: JsonObject, options: { textual?: boolean } = {}): Check {
  const ajv = options.textual ? textual : strict;
  const validate: ValidateFunction = ajv.compile(translate(schema, { components, closed: true, within: [] }));
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: "" }));
}

interface Place {
  components: JsonObject;
  /** Whether an object must refuse properties it does not name; the parts of an allOf may not, only the whole. */
  closed: boolean;
  /** The references we are within, because a schema may contain itself. */
  within: readonly string[];
}

/** OpenAPI 3.0 to JSON Schema: references put in place, `nullable` as a type, and objects closed. */
function translate(schema: JsonObject, place: Place): JsonObject {
  if (typeof schema.$ref === "string") return translateReference(schema.$ref, place);
  const { nullable, discriminator: _, example: __, ...rest } = schema;
  const result: JsonObject = { ...rest };
  const inside = { ...place, closed: true };
  if (isObject(rest.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(rest.properties).map(([name, property]) => [name, translate(property as JsonObject, inside)]),
    );
  }
  if (isObject(rest.items)) result.items = translate(rest.items, inside);
  if (isObject(rest.additionalProperties)) result.additionalProperties = translate(rest.additionalProperties, inside);
  const parts = ["allOf", "anyOf", "oneOf"].filter((name) => Array.isArray(rest[name]));
  for (const name of parts) {
    const alternatives = rest[name] as JsonObject[];
    result[name] = alternatives.map((part) => translate(part, { ...place, closed: false }));
  }
  const namesProperties = rest.properties !== undefined || parts.length > 0;
  if (place.closed && namesProperties && rest.additionalProperties === undefined) result.unevaluatedProperties = false;
  return nullable ? { anyOf: [result, { type: "null" }] } : result;
}

function translateReference(reference: string, place: Place): JsonObject {
  if (place.within.includes(reference)) return {};
  const path = reference.replace("#/components/", "").split("/");
  const target = path.reduce<Json | undefined>((node, name) => (node as JsonObject)[name], place.components);
  return translate(target as JsonObject, { ...place, within: [...place.within, reference] });
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
