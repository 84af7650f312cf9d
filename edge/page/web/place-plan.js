import {html} from 'htm/preact';

/** Where a call comes from: the zones of the site, and in the one that calls the point itself. @see EC-5 */
export function PlacePlan({picture, place, words}) {
  const zones = [...new Set([...picture.bays, ...picture.collectors].map(({zone}) => zone))];
  const zone = place.zone ?? zoneOf(picture, place);
  if (zone === undefined) return undefined;
  const points = [
    ...picture.bays.filter(bay => bay.zone === zone).map(({id}) => id),
    ...picture.collectors.filter(post => post.zone === zone).map(({id}) => id),
  ];
  const here = point => point === place.bay || point === place.collector;
  return html`<div class="plan" role="img" aria-label=${`${words.page.planPlace}: ${zone} ${place.bay ?? place.collector ?? ''}`}>
    ${zones.map(
      name => html`<span key=${name} class=${name === zone ? 'zone here' : 'zone'}>${name}
        ${
          name === zone &&
          html`<span class="points">${points
            .slice(0, 60)
            .map(
              point =>
                html`<i key=${point} class=${here(point) ? 'here' : ''}>${here(point) ? point : ''}</i>`,
            )}</span>`
        }
      </span>`,
    )}
  </div>`;
}

function zoneOf({bays, collectors}, {bay, collector}) {
  return bays.find(({id}) => id === bay)?.zone ?? collectors.find(({id}) => id === collector)?.zone;
}
