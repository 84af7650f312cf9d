import {html} from 'htm/preact';
import {clockText} from './format.js';

/** What everybody before this board must know, in words: nothing of it hides behind a colour. */
export function Banners({board}) {
  const {words, picture, sound} = board;
  const {page} = words;
  return html`<div class="banners">
    ${
      !sound.isOn &&
      html`<div role="alert" class="banner bad">
      <b aria-hidden="true">✖</b> <strong>${page.soundIsOff}</strong>
      <button type="button" onClick=${board.startWatch}>${page.turnSoundOn}</button>
    </div>`
    }
    ${picture?.calls && html`<${CallBanners} board=${board} />`}
    ${picture && html`<${SiteBanners} board=${board} />`}
  </div>`;
}

function CallBanners({board}) {
  const {words, picture, gatewayMs, nameOf} = board;
  const {page} = words;
  const {cloudEscalation, localStep, sounder, maintenance, tests} = picture.calls;
  const overdue = [
    ...tests.devices
      .filter(({isOverdue}) => isOverdue)
      .map(({device}) => `${page.loopTest} ${device}`),
    ...(tests.path.isOverdue ? [page.pathTest] : []),
    ...(tests.walk.isOverdue ? [page.walkTest] : []),
  ];
  return html`
    ${
      cloudEscalation !== 'available' &&
      html`<div role="status" class="banner warn cloud">
      <b aria-hidden="true">☁</b> <strong>${page.noCloudEscalation}</strong>
      ${localStep === 'available' ? page.localStepThere : page.localStepNone}
    </div>`
    }
    ${
      sounder === 'none' &&
      html`<div role="status" class="banner hint">
      <b aria-hidden="true">⚠</b> ${page.noSounder}</div>`
    }
    ${maintenance.map(
      ({
        device,
        person,
        untilMs,
        reason,
      }) => html`<div role="status" class="banner warn maintenance" key=${device}>
        <b aria-hidden="true">⚒</b> <strong>${page.maintenance}: ${device}</strong>
        ${nameOf(person)} · ${reason} · ${page.endsIn} ${clockText(untilMs - gatewayMs())}
        ${
          board.may('maintain') &&
          html`<button type="button" onClick=${() =>
            board.send(`/api/call-devices/${encodeURIComponent(device)}/maintenance-over`)}>
          ${page.endNow}</button>`
        }
      </div>`,
    )}
    ${
      overdue.length > 0 &&
      html`<div role="status" class="banner warn">
      <b aria-hidden="true">⚠</b> <strong>${page.testMissed}</strong> ${overdue.join(', ')}</div>`
    }`;
}

function SiteBanners({board}) {
  const {words, picture, gatewayMs, nameOf, wake} = board;
  const {page} = words;
  const {config, notices, storage, permit} = picture;
  return html`
    ${
      permit &&
      html`<div role="status" class="banner warn permit">
      <b aria-hidden="true">✚</b>
      <strong>${permit.kind === 'card' ? page.permitCard : page.permitDevice} ${permit.place}</strong>
      ${permit.by && nameOf(permit.by)} · ${page.endsIn} ${clockText(permit.endsMs - gatewayMs())}</div>`
    }
    ${
      storage.state !== 'ok' &&
      html`<div role="alert" class="banner bad">
      <b aria-hidden="true">✖</b> <strong>${page.storage}: ${page.fault}</strong> ${storage.detail}</div>`
    }
    ${config.phase === 'staged' && html`<div role="status" class="banner hint">${page.configStaged}</div>`}
    ${
      config.phase === 'trial' &&
      html`<div role="status" class="banner hint">
      ${page.configTrial} ${clockText(config.endsMs - gatewayMs())} ·
      ${config.gone}/${config.answered} ${page.configGone}</div>`
    }
    ${notices.map(
      ({id, text}) => html`<div role="status" class="banner hint" key=${id}>
      <b aria-hidden="true">●</b> ${text}</div>`,
    )}
    ${!wake.isPossible && html`<div class="banner hint">${page.noWakeLock}</div>`}`;
}
