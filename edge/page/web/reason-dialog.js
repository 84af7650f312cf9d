import {html} from 'htm/preact';
import {useEffect, useRef, useState} from 'preact/hooks';

/**
 * Asks why, then calls `onAnswer({reason, ...})`. An arm moved by hand and a call put to rest stay on file with the
 * name and the reason. `minutes`: asks for a time as well; `falseCall`: whether anybody needed help.
 */
export function ReasonDialog({board, title, falseCall, minutes, onAnswer}) {
  const {words, session} = board;
  const {page} = words;
  const dialog = useRef();
  const [reason, setReason] = useState('');
  const [length, setLength] = useState('60');
  useEffect(() => dialog.current.showModal(), []);
  const close = () => board.setDialog(undefined);
  const submit = event => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (reason.trim() === '') return;
    close();
    onAnswer({
      reason: reason.trim(),
      ...(falseCall ? {falseCall: form.get('false') === 'on'} : {}),
      ...(minutes ? {minutes: Number(length)} : {}),
    });
  };
  return html`<dialog ref=${dialog} aria-labelledby="ask-title" onClose=${close}>
    <form onSubmit=${submit} class="form">
      <h2 id="ask-title">${title}</h2>
      <p>${session.name}</p>
      <label>${page.reasonHint}
        <textarea rows="3" maxlength="200" required value=${reason}
          onInput=${event => setReason(event.currentTarget.value)}></textarea>
      </label>
      ${
        minutes &&
        html`<label>${page.minutes}
        <input type="number" min="5" max="240" required value=${length}
            onInput=${event => setLength(event.currentTarget.value)} /></label>`
      }
      ${falseCall && html`<label class="tick"><input type="checkbox" name="false" /> ${page.falseCall}</label>`}
      <div class="tools">
        <button class="main" type="submit">${page.confirm}</button>
        <button type="button" onClick=${close}>${page.cancel}</button>
      </div>
    </form>
  </dialog>`;
}
