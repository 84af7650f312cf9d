import {deflateOnPool} from '../cloud-sync/raw-deflate.js';
import {createGatewayUplink, type GatewayUplink} from '../cloud-sync/uplink/gateway-uplink.js';
import {createIdentityUplink} from '../cloud-sync/uplink/identity/identity-uplink.js';
import type {CloudWay} from '../edge/commands/cloud-way.js';
import {PrivateFolder} from '../edge/platform/private-folder.js';
import type {EdgeDaemon} from '../edge/runtime/edge-daemon.js';

/** The way to the cloud that a site file, or the identity of its gateway, describes. */
export function connectGateway(way: CloudWay, daemon: EdgeDaemon): GatewayUplink {
  const parts = {...daemon.uplinkParts(), deflateLater: deflateOnPool};
  if (way.kind === 'identity') {
    return createIdentityUplink({...parts, shelf: new PrivateFolder(way.folder)});
  }
  const {kind: _, ...address} = way;
  return createGatewayUplink({...parts, ...address});
}
