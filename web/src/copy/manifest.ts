import { version } from "../../package.json";
import { yamlText } from "../yaml-text.js";

/** Where the module of the release is. */
export const MODULE = `registry://ghcr.io/rancher-agent-version-policy/policies/rancher-agent-version-policy:v${version}`;

const UNTOUCHED = [
  "request.operation != 'UPDATE'",
  "!has(request.userInfo.username)",
  "!request.userInfo.username.startsWith('system:serviceaccount:')",
  "!has(object.spec)",
  "!has(oldObject.spec)",
  "object.spec != oldObject.spec",
].join(" || ");

/** The policy with these settings, for kubectl. It blocks nothing, or repairs. */
export function manifest(settings: Record<string, unknown>): string {
  const repairs = settings["repair"] === true;
  const conditions =
    repairs || settings["ratcheting"] === false
      ? {}
      : { matchConditions: [{ name: "changed-or-not-by-a-service-account", expression: UNTOUCHED }] };
  return yamlText({
    apiVersion: "policies.kubewarden.io/v1",
    kind: "ClusterAdmissionPolicy",
    metadata: {
      name: "rancher-agent-version-policy",
      annotations: {
        "io.kubewarden.policy.category": "Rancher",
        "io.kubewarden.policy.severity": "medium",
      },
    },
    spec: {
      module: MODULE,
      policyServer: "default",
      mode: repairs ? "protect" : "monitor",
      mutating: repairs,
      backgroundAudit: true,
      failurePolicy: "Ignore",
      timeoutSeconds: 10,
      timeoutEvalSeconds: 10,
      rules: [
        {
          apiGroups: ["management.cattle.io"],
          apiVersions: ["v3"],
          resources: ["clusters"],
          operations: ["CREATE", "UPDATE"],
        },
      ],
      contextAwareResources: [{ apiVersion: "management.cattle.io/v3", kind: "Setting" }],
      ...conditions,
      settings,
    },
  });
}
