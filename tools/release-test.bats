# The scripts of the release, on copies and with a remote that is a folder. Needs bats, git,
# kwctl and helm; neither policy.wasm nor the network.
#
#     bats tools/release-test.bats

setup() {
    export LC_ALL=C
    root=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    release="$root/tools/release"
    cd "$BATS_TEST_TMPDIR"
}

# The files that bear the version, with the newest chapter of the changelog released.
copy() {
    mkdir -p copy/cli copy/tools
    cp -R "$root"/{Cargo.toml,policy-metadata.yml,CHANGELOG.md,CONTRIBUTING.md,README*.md} \
        "$root"/{chart,deploy,docs} copy/
    cp "$root/cli/Cargo.toml" copy/cli/
    mkdir copy/tools/bindings copy/web
    cp "$root/tools/bindings/package.json" copy/tools/bindings/
    cp "$root/web/package.json" copy/web/
    cp -R "$release" copy/tools/release
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' copy/Cargo.toml)
    printf '# Changelog\n\n## %s\n\n- Something.\n\n## 0.0.0\n\n- Older.\n' "$version" >copy/CHANGELOG.md
}

@test "check-version accepts the tag of the version, and prints it" {
    copy
    run copy/tools/release/check-version "v$version"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "$version" ]
}

@test "check-version refuses what is no tag of a release" {
    copy
    for tag in "$version" "v$version-rc.1" v1.2 v01.2.3 'v1.2.3 ' "v$version;true"; do
        run copy/tools/release/check-version "$tag"
        echo "$output"
        [ "$status" -eq 1 ]
        [[ $output == *'is no tag of a release'* ]]
    done
}

@test "check-version names each place that differs" {
    for place in Cargo.toml cli/Cargo.toml tools/bindings/package.json web/package.json \
        policy-metadata.yml chart/Chart.yaml \
        chart/values.yaml deploy/monitor.yaml deploy/repair.yaml chart/README.md docs/security.md; do
        rm -rf copy
        copy
        sed -i "s/$version/9.9.9/" "copy/$place"
        run copy/tools/release/check-version "v$version"
        echo "$output"
        [ "$status" -eq 1 ]
        [[ $output == *"$place"* ]]
        [[ $output == *9.9.9* ]]
    done
}

@test "check-version refuses changes that are not released yet" {
    copy
    printf '## Unreleased\n\n- New.\n\n' | cat - copy/CHANGELOG.md >changelog
    mv changelog copy/CHANGELOG.md
    run copy/tools/release/check-version "v$version"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *'CHANGELOG.md: `Unreleased`'* ]]
}

@test "the notes hold the changes of the version alone, and the sha256 of the module" {
    copy
    printf 'a module' >policy.wasm
    sum=$(sha256sum policy.wasm | cut -d ' ' -f 1)
    module=$(sed -n 's/^  io.kubewarden.policy.ociUrl: //p' copy/policy-metadata.yml)
    run copy/tools/release/notes "v$version" policy.wasm "$module@sha256:abc"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'- Something.'* ]]
    [[ $output != *Older* ]]
    [[ $output == *"| sha256 of policy.wasm | \`$sum\` |"* ]]
    [[ $output == *"/.github/workflows/release.yml@refs/tags/v$version "* ]]
    [[ $output == *"$module@sha256:abc"* ]]
}

@test "the notes refuse a version without changes, and a module that is not by digest" {
    copy
    printf 'a module' >policy.wasm
    module=$(sed -n 's/^  io.kubewarden.policy.ociUrl: //p' copy/policy-metadata.yml)
    run copy/tools/release/notes v9.9.9 policy.wasm "$module@sha256:abc"
    [ "$status" -eq 1 ]
    [ "$output" = 'CHANGELOG.md says nothing about 9.9.9' ]
    run copy/tools/release/notes "v$version" policy.wasm "$module:v$version"
    [ "$status" -eq 1 ]
    [[ $output == *'by digest' ]]
}

# A program that behaves as the command, but for what is said in the environment.
command_of_test() {
    cat >cli <<PROGRAM
#!/usr/bin/env bash
case \${1-} in
--version) echo "rancher-agents \${VERSION-1.2.3}" ;;
completions) echo "completions of \$2" ;;
man) echo ".TH rancher-agents" ;;
*) cat >/dev/null; cat "\${REPORT-$root/cli/sample/report.txt}"; exit "\${STATUS-2}" ;;
esac
PROGRAM
    chmod +x cli
}

@test "pack-cli packs the program, the licence, completions and the manual page" {
    command_of_test
    run "$release/pack-cli" ./cli some-target v1.2.3 out
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = out/rancher-agents-v1.2.3-some-target.tar.gz ]
    tar -xzf "$output"
    cd rancher-agents-v1.2.3-some-target
    [ "$(find . -type f | sort | tr '\n' ' ')" = './LICENSE ./completions/_rancher-agents ./completions/rancher-agents.bash ./completions/rancher-agents.fish ./rancher-agents ./rancher-agents-check.1 ./rancher-agents-fix.1 ./rancher-agents-plan.1 ./rancher-agents-watch.1 ./rancher-agents.1 ' ]
    [ -x rancher-agents ]
    [ "$(cat completions/_rancher-agents)" = 'completions of zsh' ]
}

@test "pack-cli refuses a program that does not do its work" {
    command_of_test
    VERSION=1.2.2 run "$release/pack-cli" ./cli some-target v1.2.3 out
    [ "$status" -eq 1 ]
    STATUS=0 run "$release/pack-cli" ./cli some-target v1.2.3 out
    [ "$status" -eq 1 ]
    REPORT=/dev/null run "$release/pack-cli" ./cli some-target v1.2.3 out
    [ "$status" -eq 1 ]
    [ ! -e out ]
}

@test "artifacthub writes the package with its questions, as version and metadata have it" {
    mkdir folder
    run "$release/artifacthub" folder
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(ls folder | tr '\n' ' ')" = 'README.md artifacthub-pkg.yml artifacthub-repo.yml ' ]
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")
    grep -Fx "version: $version" folder/artifacthub-pkg.yml
    grep -F "/releases/download/v$version/policy.wasm" folder/artifacthub-pkg.yml
    grep -F 'kubewarden/questions-ui: |' folder/artifacthub-pkg.yml
}

# What commands of on-branch do to the folder, their last argument.
write() { echo "$1" >"$3/$2"; }
nothing() { :; }
fail() { return 7; }

@test "on-branch makes a branch, adds to it, and pushes nothing where nothing changed" {
    git init --quiet --bare remote.git
    export -f write nothing fail
    cat >call <<'CALL'
#!/usr/bin/env bash
"$@"
CALL
    chmod +x call
    run "$release/on-branch" "$PWD/remote.git" side 'First' ./call write one a
    echo "$output"
    [ "$status" -eq 0 ]
    run "$release/on-branch" "$PWD/remote.git" side 'Second' ./call write two b
    [ "$status" -eq 0 ]
    run "$release/on-branch" "$PWD/remote.git" side 'Third' ./call nothing
    [ "$status" -eq 0 ]
    [ "$output" = 'side: nothing changed' ]
    run "$release/on-branch" "$PWD/remote.git" side 'Fourth' ./call fail
    [ "$status" -eq 7 ]

    [ "$(git -C remote.git log --format=%s side | tr '\n' ' ')" = 'Second First ' ]
    [ "$(git -C remote.git ls-tree --name-only side | tr '\n' ' ')" = 'a b ' ]
    run "$release/on-branch" "$PWD/no.git" side 'First' ./call write one a
    [ "$status" -ne 0 ]
}

@test "the chart repository grows by a chart, and gets into the site" {
    git init --quiet --bare remote.git
    mkdir site
    run "$release/site-charts" "$PWD/remote.git" site
    [ "$status" -eq 0 ]
    [ "$output" = 'no branch charts yet' ]

    cp -R "$root/chart" chart
    for version in 1.0.0 1.1.0; do
        sed -i "s/^version: .*/version: $version/" chart/Chart.yaml
        helm package chart --destination .
        "$release/on-branch" "$PWD/remote.git" charts "Release v$version" \
            "$release/chart-index" "$PWD/rancher-agent-version-policy-$version.tgz"
    done
    "$release/site-charts" "$PWD/remote.git" site
    [ "$(ls site | tr '\n' ' ')" = 'index.yaml rancher-agent-version-policy-1.0.0.tgz rancher-agent-version-policy-1.1.0.tgz ' ]
    grep -E '^ +version: 1.0.0$' site/index.yaml
    grep -E '^ +version: 1.1.0$' site/index.yaml
    # By a name alone, so that the repository works wherever it is served from.
    grep -E '^ +- rancher-agent-version-policy-1.1.0.tgz$' site/index.yaml

    # What was released stays as it is.
    echo more >>chart/README.md
    helm package chart --destination .
    run "$release/on-branch" "$PWD/remote.git" charts 'Release v1.1.0' \
        "$release/chart-index" "$PWD/rancher-agent-version-policy-1.1.0.tgz"
    [ "$status" -eq 1 ]
    [[ $output == *'was released already, with other content'* ]]

    run "$release/site-charts" "$PWD/no.git" site
    [ "$status" -ne 0 ]
}
