# shellcheck shell=bash
# Sourced by the scripts at the top: finds a JDK 25.

# shellcheck disable=SC2034 # Read by those scripts.
readonly NO_JDK25="Intramuros needs a JDK 25, and none was found: install one (for example Eclipse Temurin 25, from\
 adoptium.net or with 'sdk install java 25-tem'), or point JAVA_HOME at it."

# Whether that directory holds a whole JDK 25.
is_jdk25() {
    [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# Exports JAVA_HOME: as it is set, or the first JDK 25 of the places where one usually is.
find_jdk25() {
    local on_path candidate
    on_path=$(readlink -f "$(command -v javac || true)" || true)
    for candidate in "${JAVA_HOME:-}" "${on_path%/bin/javac}" /usr/lib/jvm/* /opt/*jdk* "$HOME"/.sdkman/candidates/java/* \
        "$HOME"/.jdks/* "$HOME"/.jbang/cache/jdks/* "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/*; do
        if [[ -n $candidate ]] && is_jdk25 "$candidate"; then
            export JAVA_HOME=$candidate
            return
        fi
    done
    return 1
}
