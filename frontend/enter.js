// Takes an invitation, which follows the # of its link, into cookies that the CDN asks for.
// <policy>.<signature>.<key>.<page>, the first three as CloudFront's guide has them ("Set signed cookies using a custom policy").

const [policy = "", signature = "", key = "", ...page] = location.hash.slice(1).split(".");
const site = new URL(".", import.meta.url);

if (location.hash && location.pathname.endsWith("/enter.html")) await enter(); // other places have hashes of their own
else if (location.pathname === site.pathname) await goTo("index.html"); // at the root; whoever may not see it stays here

async function enter() {
  history.replaceState(null, "", location.pathname); // the link does not stay in the address, where somebody may copy it
  const cookies = { Policy: policy, Signature: signature, "Key-Pair-Id": key };
  const target = page.join(".") || "index.html";
  const id = /^w\/([a-z2-7]+)\.html$/.exec(target)?.[1];
  const paths = id ? [`w/${id}.html`, `v/${id}/`] : [""]; // one video's invitation takes no other's place
  const secure = site.protocol === "https:" ? "; Secure" : "";
  const expires = new Date(end() * 1000).toUTCString();
  for (const path of paths) {
    for (const [name, value] of Object.entries(cookies)) {
      document.cookie = `CloudFront-${name}=${value}; Path=${site.pathname}${path}; Expires=${expires}; SameSite=Lax${secure}`;
    }
  }
  const answer = await goTo(target);
  if (!answer) say("The site does not answer. Try again later.");
  else if (!answer.ok) say("This invitation is over, or its link was cut off. Ask for another one.");
}

/** Goes to a page if it may be seen. @param {string} relative */
async function goTo(relative) {
  const target = new URL(relative, site);
  const answer = await fetch(target, { method: "HEAD", cache: "no-store" }).catch(() => undefined);
  if (answer?.ok) location.replace(target);
  return answer;
}

/** When the invitation is over, in seconds since 1970; 0 where the link was cut off. */
function end() {
  try {
    const said = JSON.parse(atob(policy.replaceAll("-", "+").replaceAll("_", "=").replaceAll("~", "/")));
    return Number(said.Statement[0].Condition.DateLessThan["AWS:EpochTime"]);
  } catch {
    return 0;
  }
}

/** @param {string} sentence */
function say(sentence) {
  const said = document.getElementById("said");
  if (said) said.textContent = sentence;
}
