pardon help serve
pardon serve; echo "exit $?"
pardon serve one two; echo "exit $?"
pardon serve --port 65536 results; echo "exit $?"
pardon serve --port x results; echo "exit $?"
