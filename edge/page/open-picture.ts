import type {PageState} from './view.js';

/**
 * The picture for whoever walks by a board that nobody is logged in to: places, and nothing that may tell of a
 * person. Details name the last card and its holder, screens what a person is being told. @see ecosystem EC-22
 */
export function openPicture<State extends PageState>(state: State): State {
  return {
    ...state,
    alarms: state.alarms.map(alarm => ({...alarm, detail: ''})),
    ...(state.permit ? {permit: {...state.permit, by: ''}} : {}),
    collectors: state.collectors.map(collector => ({...collector, screen: null})),
  };
}
