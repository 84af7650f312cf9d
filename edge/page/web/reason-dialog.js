import {byId} from './elements.js';

/**
 * Ask why, then call `onAnswer({reason, falseCall})`. An arm moved by hand and an alarm put to rest
 * stay on file with the name and the reason.
 */
export function askReason(title, personName, mayBeFalseCall, onAnswer) {
  const dialog = byId('ask');
  const reason = byId('ask-reason');
  const falseCall = byId('ask-false-call');
  byId('ask-title').textContent = title;
  byId('ask-person').textContent = personName;
  byId('ask-false').hidden = !mayBeFalseCall;
  reason.value = '';
  falseCall.checked = false;
  byId('ask-cancel').onclick = () => dialog.close();
  dialog.querySelector('form').onsubmit = event => {
    event.preventDefault();
    if (reason.value.trim() === '') {
      reason.focus();
      return;
    }
    dialog.close();
    onAnswer({reason: reason.value.trim(), falseCall: falseCall.checked});
  };
  dialog.showModal();
  reason.focus();
}
