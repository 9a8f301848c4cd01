// Types of what the hub answers to GET, from its own description. (What it is asked, and its problems, are few and alike:
// api.ts knows them.)
import openapi, { astToString } from "openapi-typescript";

export async function types(hub) {
  const description = await hub.get("/api/v1/openapi.json");
  for (const [path, { get }] of Object.entries(description.paths)) {
    const answer = get?.responses["2XX"].content["application/json"]?.schema;
    if (answer?.properties) description.paths[path] = { get: { responses: { "2XX": get.responses["2XX"] } } };
    else delete description.paths[path];
  }
  delete description.components;
  return astToString(await openapi(description));
}
