/** The form as it is sent: it works without scripts. No text of a request stands in it. */
export function loginForm(problem?: string): string {
  const alert = problem === undefined ? "" : `\n      <p id="problem" role="alert">${problem}</p>`;
  const invalid = problem === undefined ? "" : ' aria-invalid="true" aria-describedby="problem"';
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Log in · dragonlog</title>
    <link rel="stylesheet" href="/login.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <main>
      <h1>dragonlog</h1>${alert}
      <form method="post" action="/login">
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required autofocus${invalid}>
        <p>It is what DRAGONLOG_TOKEN was set to where the shipper runs.</p>
        <button>Log in</button>
      </form>
    </main>
  </body>
</html>
`;
}

export const LOGIN_STYLE = `:root {
  color-scheme: light dark;
  --ground: #f7f7f5;
  --card: #ffffff;
  --text: #1c1d1f;
  --quiet: #5c6066;
  --line: #8b9098;
  --accent: #0b5f5c;
  --on-accent: #ffffff;
  --bad: #a3231c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121417;
    --card: #1b1e22;
    --text: #e8e9eb;
    --quiet: #a3a8b0;
    --line: #6b717a;
    --accent: #6fd0c8;
    --on-accent: #10201f;
    --bad: #ff9a90;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: center;
  padding: 1rem;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--card); border-radius: 0.5rem; }
h1 { margin: 0 0 1.5rem; font-size: 1.25rem; }
label { display: block; margin-bottom: 0.25rem; font-weight: 600; }
input, button { width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; border-radius: 0.375rem; font: inherit; }
input { border: 1px solid var(--line); background: var(--ground); color: var(--text); }
button { border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
form p { margin: 0.5rem 0 1.25rem; color: var(--quiet); font-size: 0.875rem; }
[role="alert"] { margin: 0 0 1rem; color: var(--bad); font-weight: 600; }
`;
