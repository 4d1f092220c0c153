#!/bin/sh
# Hands clusters that pin an agent image back to Rancher v2.12.3, which then
# rolls its own agent out. Read it before you run it. Arguments are passed on to
# kubectl, for example: --dry-run=server
# Rancher may put its default registry (Setting system-default-registry) before
# the images that it deploys.
failed=0

# c-m-9d2wlv6t (store-berlin): lagging
# spec.desiredAgentImage pins rancher/rancher-agent:v2.11.3, older than Rancher v2.12.3
# Rancher would deploy rancher/rancher-agent:v2.12.3
echo 1 of 2 >&2
kubectl patch clusters.management.cattle.io/c-m-9d2wlv6t --type=merge -p '{"spec":{"desiredAgentImage":""}}' "$@" || failed=1

# c-5tq9r (store-lyon): lagging
# spec.agentImageOverride pins rancher/rancher-agent:v2.10.9, older than Rancher v2.12.3
# Rancher would deploy rancher/rancher-agent:v2.12.3
echo 2 of 2 >&2
kubectl patch clusters.management.cattle.io/c-5tq9r --type=merge -p '{"spec":{"agentImageOverride":""}}' "$@" || failed=1

# c-8wm4d (store-oslo): lagging
# nothing to patch: Rancher deploys its agent by itself

# c-m-j5n2rb8x (vessel-aurora): lagging
# nothing to patch, but Rancher cannot deploy: disconnected

# c-m-qx3v7k5b (analytics): unknown
# spec.desiredAgentImage pins rancher/rancher-agent@sha256:7376cd6a8e3d2b99c682e25af83bd04ee682a286a8ac561c4f5bcdfd17179af4, which cannot be compared with Rancher v2.12.3: remove the # if it is old
# Rancher would deploy rancher/rancher-agent:v2.12.3
# kubectl patch clusters.management.cattle.io/c-m-qx3v7k5b --type=merge -p '{"spec":{"desiredAgentImage":""}}' "$@" || failed=1

# c-2bnrt (edge-lab): unknown
# spec.desiredAgentImage pins registry.lab.example/agents/rancher-agent:edge-lab-7, which cannot be compared with Rancher v2.12.3: remove the # if it is old
# Rancher would deploy rancher/rancher-agent:v2.12.3, from another registry or repository
# kubectl patch clusters.management.cattle.io/c-2bnrt --type=merge -p '{"spec":{"desiredAgentImage":""}}' "$@" || failed=1

# c-fk6sd (plant-07): current
# current, but it will not follow the next upgrade: remove the # to let it follow
# Rancher would deploy rancher/rancher-agent:v2.12.3, from another registry or repository
# kubectl patch clusters.management.cattle.io/c-fk6sd --type=merge -p '{"spec":{"desiredAgentImage":""}}' "$@" || failed=1

exit $failed
