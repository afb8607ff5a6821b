package io.intramuros.engine.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's entry. Exit codes: 0 done, 1 failed with one line on the error stream, 2 wrong usage. */
@Command(
        name = "intramuros-engine",
        description = "Runs a language model from the command line.",
        subcommands = {GenerateCommand.class, ScoreCommand.class, BenchCommand.class, PredictCommand.class},
        mixinStandardHelpOptions = true,
        versionProvider = EngineCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed; one line on the error stream says why", "2:wrong usage"})
public final class EngineCommand {
    /** What an operator has to know is in the command's own messages. */
    private static final Logger QUIET = Logger.getLogger("io.intramuros");

    private EngineCommand() {}

    public static void main(String[] arguments) {
        QUIET.setLevel(Level.OFF);
        int exitCode = new CommandLine(new EngineCommand())
                .setExecutionExceptionHandler(EngineCommand::explain)
                .execute(arguments);
        System.exit(exitCode);
    }

    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        command.getErr()
                .println("intramuros-engine: " + message.lines().findFirst().orElse(""));
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** The version of the build. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = EngineCommand.class.getPackage().getImplementationVersion();
            return new String[] {"intramuros-engine " + (version == null ? "(not packaged)" : version)};
        }
    }
}
