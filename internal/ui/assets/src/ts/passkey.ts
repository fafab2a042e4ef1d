// Passkeys: registering one and signing in by one. The server gives the
// options, the browser asks the person, the server checks the answer. Where
// the browser knows no passkeys the form stays hidden and the page says so.
import { all } from "./_dom";

type Json = Record<string, unknown>;

function bytes(s: string): ArrayBuffer {
  const raw = atob(s.replace(/-/g, "+").replace(/_/g, "/"));
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out.buffer;
}

function text(b: ArrayBuffer | null | undefined): string {
  if (!b) return "";
  let raw = "";
  new Uint8Array(b).forEach((x) => (raw += String.fromCharCode(x)));
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function post(url: string, fields: Record<string, string>): Promise<Json> {
  const answer = await fetch(url, { method: "POST", credentials: "same-origin", body: new URLSearchParams(fields) });
  return (await answer.json()) as Json;
}

// opened turns the base64url texts of the options into the bytes browsers of
// the Chrome 80 class want.
function opened(options: any): any {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials]) {
    for (const c of list || []) c.id = bytes(c.id);
  }
  return options;
}

function closed(made: any): string {
  const r = made.response;
  const response: Json = { clientDataJSON: text(r.clientDataJSON) };
  if (r.attestationObject) {
    response.attestationObject = text(r.attestationObject);
    if (r.getTransports) response.transports = r.getTransports();
  } else {
    response.authenticatorData = text(r.authenticatorData);
    response.signature = text(r.signature);
    response.userHandle = text(r.userHandle);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults() });
}

async function run(form: HTMLFormElement): Promise<string> {
  const base = form.dataset.passkey || "";
  const begun = await post(base + "/begin", {});
  if (!begun.publicKey) return said(begun);
  const publicKey = opened(begun.publicKey);
  const use = "use" in form.dataset;
  const made = use ? await navigator.credentials.get({ publicKey }) : await navigator.credentials.create({ publicKey });
  const label = form.querySelector<HTMLInputElement>("[name=label]");
  return said(await post(base + "/finish", { response: closed(made), label: label ? label.value : "" }));
}

function said(answer: Json): string {
  if (typeof answer.go === "string") {
    location.assign(answer.go);
    return "";
  }
  return String(answer.message || "");
}

if (window.PublicKeyCredential) {
  all("[data-no-passkey]").forEach((p) => (p.hidden = true));
  all<HTMLFormElement>("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      const out = form.querySelector<HTMLElement>("[data-said]");
      run(form).then(
        (words) => out && (out.textContent = words),
        (err: Error) => out && (out.textContent = err.name === "NotAllowedError" ? "" : err.message),
      );
    });
  });
}
