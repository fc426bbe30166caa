/** Alerts by mail, against real servers in this process: those that take them, and those that do not. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { SMTPServerOptions } from "smtp-server";
import { ALERTS, NOW_MS } from "../../src/alert/alert.cases.js";
import { ChannelFailure, type Receipt } from "../../src/alert/channel.js";
import { noticeOf } from "../../src/alert/notice.js";
import { openAlerts, openChannels } from "../../src/alert/open.js";
import { messageOf } from "../../src/alert/text.js";
import { systemClock } from "../../src/system/clock.js";
import { freePort, MailServer, startSilentServer } from "./mail-server.js";

/** Short enough for a test, and far longer than this machine needs to answer itself. */
const TIMEOUT_MS = 2000;
const TO = "ops@example.com";

const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

async function send(
  smtp: string,
  options: { to?: string; signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<Receipt> {
  const { to = TO, signal = new AbortController().signal, timeoutMs = TIMEOUT_MS } = options;
  const [mail] = await openChannels({ smtp, mailTo: to, mailFrom: "dragonlog@example.com" }, timeoutMs);
  return mail!.send(messageOf(noticeOf(ALERTS["dead-letters"], NOW_MS), { host: "web-1" }), signal);
}

/** The failure of a send, which must not succeed. */
async function failureOf(sending: Promise<Receipt>): Promise<ChannelFailure> {
  const failure = await sending.then(
    () => assert.fail("it was taken"),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof ChannelFailure, String(failure));
  return failure;
}

async function serve(context: TestContext, options: SMTPServerOptions = {}): Promise<[MailServer, string]> {
  const server = await MailServer.start(context, options);
  return [server, `127.0.0.1:${server.port}`];
}

test("a mail arrives with its text and its HTML, for everybody", async (context) => {
  const [server, at] = await serve(context);
  const { answer } = await send(`smtp://${at}`, { to: `${TO}, second@example.com` });
  assert.match(answer, /^250 /);
  const [mail] = server.mails;
  assert.equal(mail!.from, "dragonlog@example.com");
  assert.deepEqual(mail!.to, [TO, "second@example.com"]);
  assert.equal(mail!.subject, "[dragonlog] web-1: 12 records refused for good: invalid");
  assert.match(mail!.headers, /^Auto-Submitted: auto-generated/m);
  assert.match(mail!.text, /^Records: +12$/m);
  assert.match(
    mail!.text,
    /dragonlog dead replay --reason invalid --journal-dir \/var\/lib\/dragonlog\/journal/,
  );
  assert.match(mail!.html, /<code>dragonlog dead replay --reason invalid/);
});

test("user and password of the URL are percent-decoded", async (context) => {
  const [server, at] = await serve(context, {
    onAuth: ({ username, password }, _session, done) =>
      username === "ops@example.com" && password === "p:/%@ß"
        ? done(null, { user: username })
        : done(refusal(535, "no")),
  });
  const password = encodeURIComponent("p:/%@ß");
  await send(`smtp://ops%40example.com:${password}@${at}?tls=off`);
  assert.equal(server.mails[0]!.user, "ops@example.com");
});

test("a password that is refused is not shown, also where the server repeats it", async (context) => {
  const [, at] = await serve(context, {
    onAuth: ({ password }, _session, done) =>
      done(
        refusal(535, `unknown password ${password} ${Buffer.from(`\0ops\0${password}`).toString("base64")}`),
      ),
  });
  const failure = await failureOf(send(`smtp://ops:hunter22@${at}?tls=off`));
  assert.deepEqual([failure.kind, failure.permanent], ["authentication", true]);
  assert.match(failure.message, /535 unknown password \*\*\* \*\*\*/);
});

test("a password is not sent to a server that offers no TLS", async (context) => {
  let asked = false;
  const [, at] = await serve(context, {
    onAuth: (_auth, _session, done) => {
      asked = true;
      done(null, { user: "ops" });
    },
  });
  const failure = await failureOf(send(`smtp://ops:hunter22@${at}`));
  assert.deepEqual([failure.kind, failure.permanent, asked], ["tls", true, false]);
});

test("a recipient that is refused for good, and one for now", async (context) => {
  for (const [code, permanent] of [
    [550, true],
    [450, false],
  ] as const) {
    const [, at] = await serve(context, {
      onRcptTo: (_address, _session, done) => done(refusal(code, "no such user")),
    });
    const failure = await failureOf(send(`smtp://${at}`));
    assert.deepEqual([failure.kind, failure.permanent], ["refused", permanent]);
    assert.match(failure.message, new RegExp(`${code} no such user`));
  }
});

test("one recipient of two that is refused is a warning: the other has got it", async (context) => {
  const [server, at] = await serve(context, {
    onRcptTo: ({ address }, _session, done) => done(address === TO ? null : refusal(550, "no such user")),
  });
  const { warning } = await send(`smtp://${at}`, { to: `${TO},nobody@example.com` });
  assert.equal(warning, "refused for nobody@example.com");
  assert.equal(server.mails.length, 1);
});

test("a server that greets nobody, one that never answers DATA and one that stops answering end in a time-out", async (context) => {
  const silent = await startSilentServer(context);
  const [, noAnswer] = await serve(context, { onData: (stream) => void stream.resume() });
  const [, noMailFrom] = await serve(context, { onMailFrom: () => {} });
  const failures = await Promise.all(
    [`127.0.0.1:${silent}`, noAnswer, noMailFrom].map((at) =>
      failureOf(send(`smtp://${at}`, { timeoutMs: 300 })),
    ),
  );
  assert.deepEqual(
    failures.map(({ kind, permanent, message }) => [kind, permanent, message]),
    Array(3).fill(["timeout", false, "no answer in 300 ms"]),
  );
});

test("a server that is not there, and a name that is none", async () => {
  const nobody = await failureOf(send(`smtp://127.0.0.1:${await freePort()}`));
  assert.deepEqual([nobody.kind, nobody.permanent], ["unreachable", false]);
  assert.match(nobody.message, /ECONNREFUSED/);
  const noName = await failureOf(send("smtp://no-such-host.invalid"));
  assert.equal(noName.permanent, false);
});

test("an abort ends a mail that hangs, at once", async (context) => {
  const port = await startSilentServer(context);
  const abort = new AbortController();
  const sending = failureOf(send(`smtp://127.0.0.1:${port}`, { signal: abort.signal, timeoutMs: 60_000 }));
  setImmediate(() => abort.abort());
  assert.equal((await sending).permanent, false);
});

function openMail(context: TestContext, smtp: string) {
  const dir = mkdtempSync(join(tmpdir(), "dragonlog-alerts-"));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const stateFile = join(dir, "alerts.json");
  const told: string[] = [];
  let tell: () => void = () => {};
  const failed = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const open = () =>
    openAlerts(
      { smtp, mailTo: TO, mailFrom: "dragonlog@example.com", alertEvery: 300_000 },
      {
        clock: systemClock,
        // Pauses of a few milliseconds.
        random: () => 0.005,
        stateFile,
        onFailure: (message) => {
          told.push(message);
          tell();
        },
      },
    );
  return { open, stateFile, told, failed };
}

test("a mail server that comes back gets what it missed, once", async (context) => {
  const port = await freePort();
  const { open, told, failed } = openMail(context, `smtp://127.0.0.1:${port}`);
  const alerts = await open();
  alerts.tell(ALERTS.outage);
  await failed;
  alerts.tell(ALERTS.recovered);
  const server = await MailServer.start(context, {}, port);
  await server.arrived(2);
  await alerts.close(10_000);
  assert.match(server.mails[0]!.subject, /does not answer in time/);
  assert.match(server.mails[1]!.subject, /is back after/);
  assert.equal(server.mails.length, 2);
  const { sent, failures, waiting } = alerts.counts.channels.mail!;
  assert.deepEqual([sent, waiting, failures > 0], [2, 0, true]);
  assert.equal(told.length, 1, "failures in a row are told once");
});

test("a server that hangs holds up neither who tells nor who closes; the next process sends", async (context) => {
  const silent = await startSilentServer(context);
  const hung = openMail(context, `smtp://127.0.0.1:${silent}`);
  const alerts = await hung.open();
  for (let i = 0; i < 10_000; i++) alerts.tell(ALERTS.drops);
  await alerts.close(50);
  const { gathered, unsent } = JSON.parse(readFileSync(hung.stateFile, "utf8"));
  assert.equal(unsent.mail["drops/journal full"].times, 1);
  assert.equal(gathered["drops/journal full"].times, 9999);

  const server = await MailServer.start(context);
  const state = hung.stateFile;
  const next = await openAlerts(
    { smtp: `smtp://127.0.0.1:${server.port}`, mailTo: TO, mailFrom: "a@example.com", alertEvery: 1 },
    { clock: systemClock, random: Math.random, stateFile: state, onFailure: assert.fail },
  );
  await server.arrived(1);
  await next.close(10_000);
  const dropped = server.mails.map(({ text }) =>
    Number(/^Records: +([\d,]+)$/m.exec(text)![1]!.replaceAll(",", "")),
  );
  assert.equal(
    dropped.reduce((sum, records) => sum + records, 0),
    10_000 * ALERTS.drops.records,
  );
  assert.ok(server.mails.length <= 2);
  assert.ok(existsSync(state));
});

test("foreign texts arrive as text: no header and no markup of theirs", async (context) => {
  const server = await MailServer.start(context);
  const { open } = openMail(context, `smtp://127.0.0.1:${server.port}`);
  const alerts = await open();
  alerts.tell({
    ...ALERTS.drops,
    service: "web",
    cause: "full\r\nBcc: evil@example.com\r\n\r\n<script>x</script>\u{1f409}",
  });
  await server.arrived(1);
  await alerts.close(10_000);
  const [{ to, headers, html, text }] = server.mails as [(typeof server.mails)[0]];
  assert.deepEqual(to, [TO]);
  assert.doesNotMatch(headers, /^Bcc/m);
  assert.match(html, /&lt;script&gt;/);
  assert.match(text, /\\u\{d\}\\u\{a\}Bcc: evil@example\.com.*\u{1f409}/u);
});
