/** `dragonlog alert test`, as a process: what it says of each channel, and whom it trusts. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Cli } from "./cli.js";
import { freePort, MailServer, makeCertificate } from "./mail-server.js";

const certificate = makeCertificate();
const needsCertificate = {
  skip: certificate === undefined && "there is no openssl to make a certificate with",
};

function setUp(context: TestContext, env: NodeJS.ProcessEnv): Cli {
  const cli = new Cli(context);
  Object.assign(
    cli.env,
    { DRAGONLOG_MAIL_FROM: "dragonlog@example.com", DRAGONLOG_MAIL_TO: "ops@example.com" },
    env,
  );
  return cli;
}

/** The exit code and the report. */
async function report(cli: Cli) {
  const { code, stdout, stderr } = await cli.run(["alert", "test", "--json"]);
  assert.equal(stderr, "");
  return { code, channels: JSON.parse(`${stdout}`).channels as Record<string, unknown>[] };
}

test("both channels take it", async (context) => {
  const mail = await MailServer.start(context);
  const bodies: string[] = [];
  const webhook = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    response.end("ok");
  }).listen(0, "127.0.0.1");
  await once(webhook, "listening");
  context.after(() => webhook.close());
  const { port } = webhook.address() as AddressInfo;
  const cli = setUp(context, {
    DRAGONLOG_SMTP: `smtp://127.0.0.1:${mail.port}`,
    DRAGONLOG_WEBHOOK: `http://127.0.0.1:${port}/s3cret`,
  });
  const { code, stdout, stderr } = await cli.run(["alert", "test"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const [first, second] = `${stdout}`.split("\n");
  assert.match(first!, new RegExp(`^mail to ops@example.com by 127.0.0.1:${mail.port}: taken \\(250 `));
  assert.equal(second, `webhook to 127.0.0.1:${port}: taken (200 ok)`);
  assert.doesNotMatch(`${stdout}`, /s3cret/);
  assert.match(mail.mails[0]!.subject, /^\[dragonlog\] \S+: test$/);
  assert.equal(JSON.parse(bodies[0]!).dragonlog.kind, "test");
});

test("one that takes it and one that is not there: exit code 1, and what to do", async (context) => {
  const mail = await MailServer.start(context);
  const cli = setUp(context, {
    DRAGONLOG_SMTP: `smtp://127.0.0.1:${mail.port}`,
    DRAGONLOG_WEBHOOK: `http://127.0.0.1:${await freePort()}/s3cret`,
  });
  const { code, stdout } = await cli.run(["alert", "test"]);
  assert.equal(code, 1);
  assert.match(`${stdout}`, /^mail .*: taken/);
  assert.match(
    `${stdout}`,
    /^webhook to 127\.0\.0\.1:\d+: not taken: unreachable: .*ECONNREFUSED.*\n {2}Check the name/m,
  );
  const { channels } = await report(cli);
  assert.deepEqual(
    channels.map(({ channel, taken, failure }) => [channel, taken, failure]),
    [
      ["mail", true, undefined],
      ["webhook", false, "unreachable"],
    ],
  );
});

test("without a channel: exit code 2, and which options there are", async (context) => {
  const cli = new Cli(context);
  const { code, stderr } = await cli.run(["alert", "test"]);
  assert.equal(code, 2);
  assert.match(stderr, /neither mailTo and smtp nor webhook are set\n {2}Set .*\n {2}DRAGONLOG_USAGE/);
  cli.env.DRAGONLOG_MAIL_TO = "ops@example.com";
  const half = await cli.run(["alert", "test"]);
  assert.equal(half.code, 2);
  assert.match(half.stderr, /mailTo is set, and smtp is not/);
});

for (const [protocol, secure] of [
  ["smtp", false],
  ["smtps", true],
] as const) {
  test(
    `${protocol}: a certificate is trusted when its authority is, and not otherwise`,
    needsCertificate,
    async (context) => {
      const server = await MailServer.start(context, {
        ...certificate,
        secure,
        onAuth: ({ username, password }, _session, done) =>
          password === "s3cret" ? done(null, { user: username }) : done(new Error("no")),
      });
      const cli = setUp(context, { DRAGONLOG_SMTP: `${protocol}://ops:s3cret@localhost:${server.port}` });
      const untrusted = await report(cli);
      assert.equal(untrusted.code, 1);
      assert.deepEqual([untrusted.channels[0]!.failure, server.mails.length], ["tls", 0]);
      assert.doesNotMatch(JSON.stringify(untrusted), /s3cret/);

      const file = join(cli.dir, "ca.pem");
      writeFileSync(file, certificate!.cert);
      cli.env.NODE_EXTRA_CA_CERTS = file;
      const trusted = await report(cli);
      assert.deepEqual([trusted.code, trusted.channels[0]!.taken], [0, true]);
      assert.deepEqual([server.mails[0]!.overTls, server.mails[0]!.user], [true, "ops"]);

      // The name in the certificate counts, not only who signed it.
      cli.env.DRAGONLOG_SMTP = `${protocol}://ops:s3cret@127.0.0.1:${server.port}`;
      assert.equal((await report(cli)).channels[0]!.failure, "tls");
    },
  );
}

test(
  "without a password TLS is used where it is offered, and tls=off does without",
  needsCertificate,
  async (context) => {
    const server = await MailServer.start(context, { ...certificate });
    const cli = setUp(context, {});
    cli.env.NODE_EXTRA_CA_CERTS = join(cli.dir, "ca.pem");
    writeFileSync(cli.env.NODE_EXTRA_CA_CERTS, certificate!.cert);
    for (const query of ["", "?tls=off"]) {
      cli.env.DRAGONLOG_SMTP = `smtp://localhost:${server.port}${query}`;
      assert.equal((await report(cli)).code, 0);
    }
    assert.deepEqual(
      server.mails.map(({ overTls }) => overTls),
      [true, false],
    );
  },
);

test("TLS spoken to a server that speaks none is named", async (context) => {
  const server = await MailServer.start(context);
  const cli = setUp(context, { DRAGONLOG_SMTP: `smtps://localhost:${server.port}` });
  const { code, channels } = await report(cli);
  assert.deepEqual([code, channels[0]!.failure], [1, "tls"]);
});
