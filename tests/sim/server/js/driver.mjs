// Calls AWS Organizations with the AWS SDK for JavaScript v3: one JSON line in, one JSON line out.
//   in:  {"account": "111111111111", "operation": "AcceptHandshake", "params": {…}}
//   out: {"answer": {…}} or {"code": "AccessDeniedException"}
import * as organizations from "@aws-sdk/client-organizations";
import { createInterface } from "node:readline";

const clients = new Map();

function client(account) {
  if (!clients.has(account)) {
    const credentials = { accessKeyId: account, secretAccessKey: "any" };
    const endpoint = process.argv[2];
    clients.set(
      account,
      new organizations.OrganizationsClient({ endpoint, region: "us-east-1", credentials }),
    );
  }
  return clients.get(account);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { account, operation, params } = JSON.parse(line);
  let out;
  try {
    const command = new organizations[`${operation}Command`](params);
    const { $metadata, ...answer } = await client(account).send(command);
    out = { answer };
  } catch (error) {
    out = { code: error.name };
  }
  console.log(JSON.stringify(out));
}
