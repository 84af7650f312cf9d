import {createHash} from 'node:crypto';

const SCRIPT = `
const button = document.querySelector('button');
const out = document.querySelector('output');
const zh = navigator.language.startsWith('zh');
const say = (cn, en) => { out.textContent = zh ? cn : en; };
document.documentElement.lang = zh ? 'zh-CN' : 'en';
button.textContent = zh ? '确认' : 'Confirm';
say('点按确认即表示由您处理', 'Confirm: you take it');
button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    const response = await fetch('/v1/public/notice-answers', {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify({code: button.value}),
    });
    const {kind, taken, takenBy} = await response.json();
    if (!response.ok) say('代码无效', 'No such code');
    else if (kind !== 'call') say('已应答', 'Answered');
    else if (taken) say('已由您接手', 'It is yours');
    else say('已由 ' + (takenBy ?? '他人') + ' 接手', 'Taken by ' + (takenBy ?? 'somebody else'));
  } catch {
    button.disabled = false;
    say('网络不通，请重试', 'No connection: try again');
  }
});
`;
const STYLE = `
body{font:1.25rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:22rem;padding:0 1rem;text-align:center}
button{font:inherit;width:100%;min-height:4rem;border:0;border-radius:.5rem;background:#0b5fa5;color:#fff}
button:disabled{background:#767676}output{display:block;margin:1.5rem 0}
`;

const POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${hashOf(SCRIPT)}'`,
  `style-src 'sha256-${hashOf(STYLE)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Where the link of a notice leads: nothing is done before somebody presses the button. */
export function answerPage(code: string): {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const plain = code.replace(/[^0-9A-Za-z-]/g, '').slice(0, 40);
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Latchkey</title>
<style>${STYLE}</style>
<body><main><output role="status"></output><button value="${plain}"></button></main>
<script>${SCRIPT}</script>
</body>
</html>
`;
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
