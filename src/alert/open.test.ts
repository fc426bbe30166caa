import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ManualClock } from "../system/manual-clock.cases.js";
import { ALERTS } from "./alert.cases.js";
import { mailServerOf } from "./mail-server.js";
import type * as OpenModule from "./open.js";
import { type AlertOptions, openAlerts } from "./open.js";

const open = (options: Partial<AlertOptions>) =>
  openAlerts(
    { alertEvery: 1000, ...options },
    { clock: new ManualClock(), random: Math.random, stateFile: undefined, onFailure: assert.fail },
  );

const SMTP = "smtp://ops:s3cret@mail.example.com";

test("without a channel nothing is done, and nothing counted", async () => {
  const alerts = await open({});
  alerts.tell(ALERTS.outage);
  await alerts.close(1000);
  assert.deepEqual(alerts.counts, { gathered: 0, channels: {} });
});

test("both channels open without connecting anywhere", async () => {
  const alerts = await open({
    mailTo: "a@example.com, b@example.com",
    smtp: SMTP,
    webhook: "https://hooks.example.com/x",
  });
  assert.deepEqual(Object.keys(alerts.counts.channels), ["mail", "webhook"]);
  await alerts.close(1000);
});

test("options that do not go together, and addresses that are none, are refused by name and without the password", async () => {
  const wrong: [Partial<AlertOptions>, RegExp][] = [
    [{ mailTo: "a@example.com" }, /^mailTo is set, and smtp is not$|^mailTo is set/],
    [{ smtp: SMTP }, /^smtp is set, and mailTo is not/],
    [{ mailFrom: "a@example.com" }, /^mailFrom is set, and mailTo and smtp is not$/],
    [{ smtp: SMTP, mailTo: "nobody" }, /^mailTo cannot be "nobody"/],
    [{ smtp: SMTP, mailTo: "a@example.com," }, /^mailTo cannot be ""/],
    [{ smtp: SMTP, mailTo: "a@example.com\r\nBcc: b@example.com" }, /^mailTo cannot be/],
    [{ smtp: SMTP, mailTo: "A <a@example.com>" }, /^mailTo cannot be/],
    [{ smtp: SMTP, mailTo: '"a@evil.com b"@example.com' }, /^mailTo cannot be/],
    [{ smtp: SMTP, mailTo: `${"a".repeat(250)}@b.com` }, /^mailTo cannot be/],
    [{ smtp: SMTP, mailTo: Array.from({ length: 51 }, (_, i) => `a${i}@b.com`).join() }, /^mailTo cannot be/],
    [{ smtp: SMTP, mailTo: "a@example.com", mailFrom: "a@b.c,d@e.f" }, /^mailFrom cannot be/],
    [{ smtp: "http://x:s3cret@y", mailTo: "a@example.com" }, /^smtp cannot be/],
    [{ smtp: "s3cret", mailTo: "a@example.com" }, /^smtp cannot be/],
    [{ smtp: `${SMTP}?tls=insecure`, mailTo: "a@example.com" }, /its parameter tls/],
    [{ smtp: "smtps://x:s3cret@y?tls=off", mailTo: "a@example.com" }, /its parameter tls/],
    [{ smtp: `${SMTP}?pool=true`, mailTo: "a@example.com" }, /not known: pool/],
    [{ smtp: `${SMTP}/s3cret`, mailTo: "a@example.com" }, /it has a path/],
    [{ smtp: "smtp://x:s3cret%@y", mailTo: "a@example.com" }, /percent-encoded/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(
      () => open(options),
      (error: Error & { code: string; hint: string }) => {
        assert.equal(error.code, "DRAGONLOG_OPTION_INVALID");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message + error.hint, /s3cret/);
        return true;
      },
    );
  }
});

test("a mail server: ports, TLS and what is percent-encoded", () => {
  assert.deepEqual(mailServerOf("smtp://a%40b:p%3A%2F%25@mail.example.com"), {
    host: "mail.example.com",
    port: 587,
    tls: "required",
    user: "a@b",
    password: "p:/%",
  });
  const plain = { user: undefined, password: undefined };
  assert.deepEqual(mailServerOf("smtps://mail"), {
    host: "mail",
    port: 465,
    tls: "from-the-start",
    ...plain,
  });
  assert.deepEqual(mailServerOf("smtp://[::1]:25/"), {
    host: "::1",
    port: 25,
    tls: "when-offered",
    ...plain,
  });
  assert.equal(mailServerOf("smtp://u:p@localhost:25?tls=off").tls, "off");
});

test("a missing nodemailer is told with the command that installs it, and is not missed by a webhook", async (context) => {
  const source = fileURLToPath(new URL("../", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "dragonlog-no-nodemailer-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const part of ["alert", "batch", "config", "sink", "system"]) {
    cpSync(join(source, part), join(folder, part), { recursive: true });
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const { openChannels } = (await import(
    pathToFileURL(join(folder, "alert/open.js")).href
  )) as typeof OpenModule;
  await assert.rejects(() => openChannels({ mailTo: "a@example.com", smtp: SMTP }), {
    code: "DRAGONLOG_DEPENDENCY_MISSING",
    hint: "npm install nodemailer",
  });
  assert.equal((await openChannels({ webhook: "https://hooks.example.com/x" })).length, 1);
});
